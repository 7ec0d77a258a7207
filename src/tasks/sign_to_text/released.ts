// A sign-to-text model out of a checkpoint of the released Sign2GPT's second stage: over the language model whose files are named, or over the one that
// the checkpoint holds itself.

import { SignError } from '../../base/errors.js'
import { loadXglm } from '../../checkpoint/xglm_files.js'
import type { Gpu } from '../../device/gpu.js'
import { asWeights } from '../../formats/safetensors/float.js'
import { readSafetensorsOrIndex } from '../../formats/safetensors/index_file.js'
import { modelMark } from '../../formats/safetensors/model_mark.js'
import { adapterSizes, adapterTensors } from '../../model/adapter_state_dict.js'
import { checkLanguageConfig, languagePresets } from '../../model/language_model.js'
import { type AdapterConfig, SignToTextModel } from '../../model/sign_to_text.js'
import { nameFromXglm, xglmSizes } from '../../model/xglm_state_dict.js'
import type { AdapterSizes } from '../../nn/adapted_decoder.js'
import { checkFitsTable, type TextCoder } from '../../text/text_coder.js'
import { isShapeAlone, type LanguageChoice, type LanguageSource, languageSource, writtenBy } from '../language_source.js'
import { checkStage, openSign2gpt, type ReleasedSigns, releasedRate, releasedSigns, type Sign2gptFile } from '../sign2gpt_file.js'
import { alphaOf } from '../sign2gpt_images.js'

/** What no tensor tells. */
export interface ReleasedSignToText extends ReleasedSigns {
  /** The frozen language model, whose files the model refers to; default the one that the checkpoint holds. */
  readonly languageModel?: LanguageChoice | undefined
  /** What text is written by; default the tokenizer beside the language model. */
  readonly text?: TextCoder | undefined
  /** α of the adapters of queries, keys and values; default the rank where that is 4, as published. */
  readonly alpha?: number | undefined
  /** Default `clamp`. */
  readonly gate?: AdapterConfig['gate'] | undefined
  /** Longest text, in tokens; default 64. */
  readonly maxTokens?: number | undefined
}

/**
 * Loads a .safetensors file, or the .index.json of several. Throws ERR_CHECKPOINT naming file and tensor for what is missing, superfluous or of
 * another shape, and for another language model than it was trained over; ERR_CONFIG for a tokenizer that does not fit, and sizes that cannot be.
 */
export async function loadReleasedSignToText(gpu: Gpu, path: string, told: ReleasedSignToText): Promise<SignToTextModel> {
  const file = await openSign2gpt(path)
  checkStage(file, 2)
  const signs = await releasedSigns(file, told)
  const adapters = adapterTensors(await file.tensors('adapters'), path)
  const sizes = adapterSizes(adapters, path)
  const source = told.languageModel ? await languageSource(told.languageModel) : await ownLanguage(file, sizes.heads)
  const named = told.languageModel?.file ?? path
  checkTrainedOver(source, sizes, named)
  if (told.languageModel) await checkSameLanguage(file, source, named)
  const text = coderOf(source, told, named)
  const description = {
    config: {
      signs: signs.config,
      signsTrained: true,
      adapters: {
        rank: sizes.rank,
        alpha: alphaOf(sizes.rank, told.alpha, { path, option: '--alpha' }),
        dropout: 0.1,
        gate: told.gate ?? 'clamp',
      },
      language: writtenBy(source, text, { file: named }),
      maxTokens: longestOf(source, told, named),
    },
    ...{ frozen: source.frozen, text, languages: told.languages, fps: releasedRate(told), trainedOn: [], seed: 0 },
  } as const
  const language = await source.open(gpu)
  try {
    return new SignToTextModel(gpu, description, language, { tensors: new Map([...signs.tensors, ...adapters]), who: path })
  } catch (error) {
    language.destroy()
    throw error
  }
}

/** The language model that a checkpoint holds: its matrices are stored as there, in halves or in full. */
async function ownLanguage(file: Sign2gptFile, heads: number): Promise<LanguageSource> {
  const { path } = file
  const kinds = file.kinds('language')
  if (kinds.size === 0) {
    const problem = "wanted the language model with it, 'lang_model.model.embed_tokens.weight' and so on, got none"
    throw new SignError('ERR_CHECKPOINT', path, problem, 'Name its files: --language-model')
  }
  const shapes = new Map([...kinds].map(([name, { shape }]) => [name, shape]))
  const config = checkLanguageConfig({ ...languagePresets['xglm-1.7b'], ...xglmSizes(shapes, path), heads })
  const isHalf = [...kinds].some(([name, { dtype }]) => name.endsWith('embed_tokens.weight') && ['F16', 'BF16'].includes(dtype))
  const stored = isHalf ? 'f16' : 'f32'
  return {
    config,
    frozen: { mark: await modelMark(path), stored },
    text: undefined,
    notes: [],
    open: (gpu) => loadXglm(gpu, path, { config, stored, wants: (name) => kinds.has(name) }),
  }
}

/** Throws ERR_CHECKPOINT for a language model of other sizes than the adapters are for, and for sizes alone. */
function checkTrainedOver({ config, frozen }: LanguageSource, { width, heads, decoderLayers }: AdapterSizes, named: string): void {
  const [wanted, got] = [
    [decoderLayers, width, heads],
    [config.layers, config.width, config.heads],
  ].map(([layers, numbers, count]) => `${layers} layers of width ${numbers} with ${count} heads`) as [string, string]
  if (wanted === got && !isShapeAlone(frozen)) return
  const problem = `wanted the language model that the adapters are for, of ${wanted}, got ${wanted === got ? 'sizes alone' : `one of ${got}`}`
  throw new SignError('ERR_CHECKPOINT', named, problem, 'Name the files of the one that it was trained over: --language-model')
}

/** What numbers may differ by that were rounded to bfloat16, as the released code holds a frozen model. */
const ROUNDED = 2 ** -7

/** Throws ERR_CHECKPOINT where the checkpoint holds the last norm of another language model than the one whose files are named. */
async function checkSameLanguage(file: Sign2gptFile, { frozen }: LanguageSource, named: string): Promise<void> {
  const isLastNorm = (name: string) => nameFromXglm(name) === 'language/norm/gamma'
  const [own] = (await file.tensors('language', isLastNorm)).values()
  if (!own || frozen.path === undefined) return
  const { tensors } = await readSafetensorsOrIndex(frozen.path, { wants: isLastNorm })
  const [name, theirs] = [...tensors][0] ?? []
  const others = theirs ? asWeights(name!, theirs, frozen.path) : []
  if (own.data.every((value, i) => Math.abs(value - others[i]!) <= ROUNDED * Math.abs(value))) return
  const problem = `wanted the language model that ${file.path} was trained over, got one with another '${name}'`
  throw new SignError('ERR_CHECKPOINT', named, problem, 'Name the files of that one, or import the one that the checkpoint holds')
}

/** What text is written by. Throws ERR_CONFIG where there is nothing, and where it does not fit. */
function coderOf({ text, config }: LanguageSource, told: ReleasedSignToText, named: string): TextCoder {
  const coder = told.text ?? text
  if (!coder) throw new SignError('ERR_CONFIG', named, 'wanted a tokenizer beside it, got none', 'Name its tokenizer.json: --tokens')
  checkFitsTable(coder, config.vocabulary, named)
  return coder
}

/** Longest text, in tokens. Throws ERR_CONFIG for more of them than the language model has positions. */
function longestOf({ config }: LanguageSource, { maxTokens }: ReleasedSignToText, named: string): number {
  const longest = maxTokens ?? Math.min(64, config.maxTokens)
  if (Number.isInteger(longest) && longest >= 1 && longest <= config.maxTokens) return longest
  const problem = `wanted 1 to ${config.maxTokens} tokens at most, the positions that it has, got ${longest}`
  throw new SignError('ERR_CONFIG', named, problem, `Say at most --max-tokens ${config.maxTokens}`)
}
