// The tensor names of XGLM as Hugging Face publishes it, alone or in Sign2GPT's checkpoints, translated to ours one tensor at a time, so that a
// model's weights are never all on the host; and its sizes, from its configuration.

import * as z from 'zod'
import { SignError } from '../base/errors.js'
import type { HostTensor, HostTensors } from '../nn/host_tensor.js'
import { type LanguageSizes, languageSpecs, shardsOf, tableName } from '../nn/language_model.js'
import { checkLanguageConfig, type LanguageModelConfig } from './language_model.js'
import { bareName } from './state_dict.js'

const NORM: Readonly<Record<string, string>> = { weight: 'gamma', bias: 'beta' }
const PART: Readonly<Record<string, string>> = { q: 'query', k: 'key', v: 'value', out: 'out' }

const RULES: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/^layers\.(\d+)\.self_attn\.(q|k|v|out)_proj\.(weight|bias)$/, (_, i, part, kind) => `language/layer.${i}/self/${PART[part!]}/${kind}`],
  [/^layers\.(\d+)\.self_attn_layer_norm\.(weight|bias)$/, (_, i, kind) => `language/layer.${i}/self/norm/${NORM[kind!]}`],
  [/^layers\.(\d+)\.final_layer_norm\.(weight|bias)$/, (_, i, kind) => `language/layer.${i}/feed_forward/norm/${NORM[kind!]}`],
  [
    /^layers\.(\d+)\.fc([12])\.(weight|bias)$/,
    (_, i, part, kind) => `language/layer.${i}/feed_forward/${part === '1' ? 'wide' : 'narrow'}/${kind}`,
  ],
  [/^layer_norm\.(weight|bias)$/, (_, kind) => `language/norm/${NORM[kind!]}`],
]

const EMBEDDING = 'embed_tokens.weight'
const HEAD = 'lm_head.weight'
/** A table that follows from the sizes, kept by older versions. */
const POSITIONS = /^embed_positions\.weights?$/

/** A tensor's name in the model itself: without what Sign2GPT and Hugging Face keep it under. */
const ownName = (name: string): string => bareName(bareName(name).replace(/^lang_model\./, ''))

/** Our name for one of theirs, but for those of the table, which become shards; undefined for a name that model does not have. */
export function nameFromXglm(name: string): string | undefined {
  const own = ownName(name)
  for (const [pattern, ours] of RULES) {
    const found = pattern.exec(own)
    if (found) return ours(...found)
  }
  return undefined
}

/** Whether a tensor is of the language model, or, in a larger checkpoint, of something else. */
export const isXglmName = (name: string): boolean =>
  [EMBEDDING, HEAD].includes(ownName(name)) || POSITIONS.test(ownName(name)) || nameFromXglm(name) !== undefined

/** Rows of the table of positions before the first token's. */
const POSITIONS_BEFORE = 2

/**
 * What the shapes of a state dict tell: all sizes but the heads, and the longest sentence where the table of positions is there. Throws ERR_CHECKPOINT
 * for one without an embedding or a layer.
 */
export function xglmSizes(
  shapes: ReadonlyMap<string, readonly number[]>,
  who: string,
): Pick<LanguageModelConfig, 'width' | 'hidden' | 'layers' | 'vocabulary'> & Partial<Pick<LanguageModelConfig, 'maxTokens'>> {
  const own = new Map([...shapes].map(([name, shape]) => [ownName(name), shape]))
  const need = (name: string): readonly number[] => {
    const shape = own.get(name)
    if (shape?.length === 2) return shape
    const problem = `wanted an XGLM state dict with '${name}' of two dimensions, got ${shape ? `[${shape.join(', ')}]` : 'none'}`
    throw new SignError('ERR_CHECKPOINT', who, problem, 'Export the whole model')
  }
  const [vocabulary, width] = need(EMBEDDING) as [number, number]
  const [hidden] = need('layers.0.fc1.weight') as [number]
  const layers = new Set([...own.keys()].flatMap((name) => /^layers\.(\d+)\./.exec(name)?.[1] ?? [])).size
  const [, positions] = [...own].find(([name]) => POSITIONS.test(name)) ?? []
  return { width, hidden, layers, vocabulary, ...(positions && { maxTokens: positions[0]! - POSITIONS_BEFORE }) }
}

/** Takes a state dict's tensors as they come, and hands on ours: `take` each, then `finish`. */
export class XglmImport {
  readonly #sizes: LanguageSizes
  readonly #shapes: ReadonlyMap<string, readonly number[]>
  readonly #hand: (name: string, tensor: HostTensor) => void
  readonly #who: string
  readonly #theirs = new Map<string, string>()
  #tableSum: number | undefined
  #headSum: number | undefined

  /** @param hand is given each tensor by our name; @param who the file, for messages */
  constructor(sizes: LanguageSizes, hand: (name: string, tensor: HostTensor) => void, who: string) {
    this.#sizes = sizes
    this.#shapes = new Map(languageSpecs(sizes).map(({ name, shape }) => [name, shape]))
    this.#hand = hand
    this.#who = who
  }

  /** Throws ERR_CHECKPOINT for a tensor that the model does not have, has already, or has in another shape. */
  take(theirs: string, tensor: HostTensor): void {
    const own = ownName(theirs)
    if (POSITIONS.test(own)) return
    if (own === EMBEDDING || own === HEAD) this.#takeTable(theirs, tensor, own)
    else {
      const name = nameFromXglm(theirs)
      if (name === undefined)
        throw this.#refuse(`wanted an XGLM state dict, got a tensor it does not have, '${theirs}'`, 'Export one model alone')
      const shape = this.#shapes.get(name)
      if (!shape) throw this.#refuse(`wanted ${this.#sizes.layers} layers, got '${theirs}'`, 'Check that the model sizes match')
      this.#claim(name, theirs)
      this.#checkShape(theirs, shape, tensor)
      this.#hand(name, tensor)
    }
  }

  /** Throws ERR_CHECKPOINT naming what was not taken, and where the model is not tied. */
  finish(): void {
    const lost = [EMBEDDING, ...this.#shapes.keys()].filter(
      (name) => !name.startsWith(tableName(0).slice(0, -1)) && !this.#theirs.has(name),
    )
    if (lost.length > 0) {
      const more = lost.length > 3 ? ` and ${lost.length - 3} more` : ''
      throw this.#refuse(
        `wanted all tensors of the model, got none for ${lost.slice(0, 3).join(', ')}${more}`,
        'Fetch all the files of the model',
      )
    }
    if (this.#headSum !== undefined && this.#headSum !== this.#tableSum)
      throw this.#refuse(`wanted '${HEAD}' to be '${EMBEDDING}' itself, got another`, 'Only models whose output is tied can be used')
  }

  #takeTable(theirs: string, { shape, data }: HostTensor, own: string): void {
    const { vocabulary, width } = this.#sizes
    this.#claim(own, theirs)
    this.#checkShape(theirs, [vocabulary, width], { shape, data })
    const sum = sumOf(data)
    if (own === HEAD) {
      this.#headSum = sum
      return
    }
    this.#tableSum = sum
    shardsOf(this.#sizes).forEach(({ first, classes }, i) => {
      this.#hand(tableName(i), { shape: [classes, width], data: data.subarray(first * width, (first + classes) * width) })
    })
  }

  #claim(name: string, theirs: string): void {
    const other = this.#theirs.get(name)
    if (other !== undefined) throw this.#refuse(`wanted one tensor for ${name}, got '${other}' and '${theirs}'`, 'Export one model alone')
    this.#theirs.set(name, theirs)
  }

  #checkShape(theirs: string, wanted: readonly number[], { shape }: HostTensor): void {
    if (shape.join() === wanted.join()) return
    const problem = `wanted '${theirs}' as [${wanted.join(', ')}], got [${shape.join(', ')}]`
    throw this.#refuse(problem, 'Check that the model sizes and the vocabulary match')
  }

  #refuse(problem: string, nextMove: string): SignError {
    return new SignError('ERR_CHECKPOINT', this.#who, problem, nextMove)
  }
}

/** A hash of numbers, to tell whether two tables are the same without keeping either. */
function sumOf(data: Float32Array): number {
  const words = new Uint32Array(data.buffer, data.byteOffset, data.length)
  let hash = 0x811c9dc5
  for (let i = 0; i < words.length; i++) {
    hash = Math.imul(hash ^ words[i]!, 0x01000193)
    // Products carry upwards only: signs, the highest bits, would never reach another.
    hash ^= hash >>> 15
  }
  return hash
}

/** A state dict that is on the host already, by our names. Throws as {@link XglmImport}. */
export function xglmTensors(theirs: HostTensors, sizes: LanguageSizes, who: string): Map<string, HostTensor> {
  const tensors = new Map<string, HostTensor>()
  const taking = new XglmImport(sizes, (name, tensor) => tensors.set(name, tensor), who)
  for (const [name, tensor] of theirs) taking.take(name, tensor)
  taking.finish()
  return tensors
}

const size = z.int().min(1)
const share = z.number().min(0).lt(1)
const published = z.object({
  d_model: size,
  ffn_dim: size,
  num_layers: size,
  attention_heads: size,
  vocab_size: size,
  max_position_embeddings: size,
  dropout: share.default(0.1),
  attention_dropout: share.default(0.1),
  activation_dropout: share.default(0),
  activation_function: z.enum(['gelu', 'relu']).default('gelu'),
  scale_embedding: z.literal(true).default(true),
  tie_word_embeddings: z.literal(true).default(true),
  pad_token_id: z.int().min(0).default(1),
  eos_token_id: z.int().min(0).default(2),
  decoder_start_token_id: z.int().min(0).default(2),
})

/** The sizes that a published configuration, `config.json`, tells. Throws ERR_CONFIG naming its first key that is wrong. */
export function xglmConfig(json: unknown, who: string): LanguageModelConfig {
  const parsed = published.safeParse(json)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const problem = `wanted a configuration of XGLM, got \`${issue!.path.join('.')}\`: ${issue!.message}`
    throw new SignError('ERR_CONFIG', who, problem, 'Name the config.json that belongs to the weights')
  }
  const told = parsed.data
  return checkLanguageConfig({
    width: told.d_model,
    heads: told.attention_heads,
    hidden: told.ffn_dim,
    layers: told.num_layers,
    vocabulary: told.vocab_size,
    maxTokens: told.max_position_embeddings,
    dropout: told.dropout,
    attentionDropout: told.attention_dropout,
    activationDropout: told.activation_dropout,
    activation: told.activation_function === 'gelu' ? 'gelu-erf' : 'relu',
    padding: told.pad_token_id,
    start: told.decoder_start_token_id,
    end: told.eos_token_id,
  })
}
