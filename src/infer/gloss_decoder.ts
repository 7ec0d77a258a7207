// A prompt in, LangGloss out: the prompt is encoded once, then tokens come one dispatch chain at a time over key-value caches, the most
// likely one each time. Many tokens run in one submission; the choice and the stop are made on the GPU.

import { SignError } from '../base/errors.js'
import type { Gpu } from '../device/gpu.js'
import type { Tensor } from '../device/memory.js'
import { Program, Recorder } from '../device/program.js'
import { nextToken } from '../kernels/next_token.js'
import type { Recording } from '../model/layers.js'
import { decodeGlossToken, type GlossModel } from '../model/text_to_gloss.js'
import { encode, projectMemory } from '../model/text_to_pose.js'
import { Graph } from '../ops/graph.js'
import { specialId } from '../text/vocabulary.js'

/** Tokens run between two looks at the result. */
const CHUNK = 8

interface Recorded {
  readonly encoding: Program
  readonly decoding: Program
  readonly feeds: Readonly<Record<'ids' | 'sourceLengths' | 'token' | 'lengths' | 'done', Tensor>>
}

/** Translates prompts; programs are recorded once for each (batch, prompt length) and kept. */
export class GlossDecoder {
  readonly #gpu: Gpu
  readonly #model: GlossModel
  readonly #recorded = new Map<string, Promise<Recorded>>()

  constructor(gpu: Gpu, model: GlossModel) {
    this.#gpu = gpu
    this.#model = model
  }

  /** Each prompt's gloss tokens, decoded side by side. Throws ERR_USAGE for an empty prompt or one over the model's length. */
  async decode(prompts: readonly string[], { signal }: { signal?: AbortSignal } = {}): Promise<string[][]> {
    signal?.throwIfAborted()
    const { gloss, config } = this.#model
    const sources = prompts.map((prompt) => this.#encodeText(prompt))
    const batch = prompts.length
    const length = Math.ceil(Math.max(...sources.map((ids) => ids.length)) / 4) * 4
    const { encoding, decoding, feeds } = await this.#program(batch, length)
    const ids = new Uint32Array(batch * length).fill(specialId.padding)
    sources.forEach((source, b) => {
      ids.set(source, b * length)
    })
    encoding.write(feeds.ids, ids)
    encoding.write(
      feeds.sourceLengths,
      Uint32Array.from(sources, (source) => source.length),
    )
    await encoding.run()
    decoding.write(feeds.token, new Uint32Array(batch).fill(specialId.start))
    decoding.write(feeds.lengths, new Uint32Array(batch))
    decoding.write(feeds.done, new Uint32Array(batch))
    for (let run = 0; ; run += CHUNK) {
      signal?.throwIfAborted()
      const [done, tokens] = (await decoding.run({ times: CHUNK })).map((bytes) => new Uint32Array(bytes)) as [Uint32Array, Uint32Array]
      if (run + CHUNK < config.maxTokens && done.some((count) => count === 0)) continue
      return prompts.map((_, b) => {
        const own = [...tokens.subarray(b * config.maxTokens, b * config.maxTokens + done[b]!)]
        return own.filter((id) => id !== specialId.end).map((id) => gloss.tokens[id]!)
      })
    }
  }

  async destroy(): Promise<void> {
    for (const recorded of this.#recorded.values()) {
      const { encoding, decoding } = await recorded
      encoding.destroy()
      decoding.destroy()
    }
    this.#recorded.clear()
  }

  #encodeText(prompt: string): Uint32Array {
    const ids = this.#model.source.encode(prompt)
    const { maxTokens } = this.#model.config
    if (ids.length >= 2 && ids.length <= maxTokens) return ids
    const problem = `wanted a prompt of 1 to ${maxTokens - 1} words, got ${ids.length - 1}`
    throw new SignError('ERR_USAGE', 'prompt', problem, ids.length < 2 ? 'Give at least one word' : 'Shorten it')
  }

  #program(batch: number, length: number): Promise<Recorded> {
    const key = `${batch}x${length}`
    let recorded = this.#recorded.get(key)
    if (!recorded) {
      recorded = this.#record(batch, length)
      this.#recorded.set(key, recorded)
    }
    return recorded
  }

  async #record(batch: number, length: number): Promise<Recorded> {
    const { weights, config, positions, nowhere, gloss } = this.#model
    const first = new Recorder()
    const asking: Recording = { graph: new Graph(first), weights, config }
    const ids = first.feed('ids', [batch, length], 'u32')
    const sourceLengths = first.feed('source_lengths', [batch], 'u32')
    const projected = projectMemory(asking, encode(asking, { ids }, sourceLengths, positions))
    for (const { keys, values } of projected) {
      first.keep(keys)
      first.keep(values)
    }
    const encoding = await Program.build(this.#gpu, first)
    const shared = (tensor: Tensor): Tensor => ({ ...tensor, region: encoding.region(tensor) })

    const recorder = new Recorder()
    const recording: Recording = { graph: new Graph(recorder), weights, config }
    const capacity = config.maxTokens
    const token = recorder.feed('token', [batch, 1], 'u32')
    const lengths = recorder.feed('lengths', [batch], 'u32')
    const done = recorder.feed('done', [batch], 'u32')
    const tokens = recorder.keep(recorder.tensor('tokens', [batch, capacity], 'u32'))
    const cache = (name: string) => recorder.keep(recorder.tensor(name, [batch, capacity, config.width]))
    const past = Array.from({ length: config.decoderLayers }, (_, i) => ({ keys: cache(`keys.${i}`), values: cache(`values.${i}`) }))
    const memory = projected.map(({ keys, values }) => ({ keys: shared(keys), values: shared(values) }))
    const memoryLengths = shared(sourceLengths)
    const logits = decodeGlossToken(recording, { token, lengths, positions, nowhere, past, memory, memoryLengths })
    const size = { batch, classes: gloss.size, stride: logits.shape.at(-1)!, capacity, end: specialId.end }
    recorder.run(nextToken, { logits, lengths, done, input: token, tokens }, size)
    recorder.report(done)
    recorder.report(tokens)
    const decoding = await Program.build(this.#gpu, recorder)
    return { encoding, decoding, feeds: { ids, sourceLengths, token, lengths, done } }
  }
}
