// A prompt in, LangGloss out: the prompt is encoded once, then tokens come one dispatch chain at a time over key-value caches, the most
// likely one each time or the best of several beams. Many tokens run in one submission; choices and stops are made on the GPU.

import { SignError } from '../base/errors.js'
import { firstNonFinite } from '../base/finite.js'
import { shown } from '../base/shown.js'
import type { Gpu } from '../device/gpu.js'
import type { Tensor } from '../device/memory.js'
import { checkSameGpu } from '../device/owned_buffers.js'
import { Program, Recorder } from '../device/program.js'
import { beamReorder } from '../kernels/beam_reorder.js'
import { beamStep, MOST_BEAMS } from '../kernels/beam_step.js'
import { nextToken } from '../kernels/next_token.js'
import type { Recording } from '../model/layers.js'
import { decodeGlossToken, GlossModel } from '../model/text_to_gloss.js'
import { encode, memoryCaches } from '../model/text_to_pose.js'
import { Graph } from '../ops/graph.js'
import { specialId } from '../text/vocabulary.js'
import { checkKind, checkOptions, checkTexts } from './asked.js'
import { diverged } from './divergence.js'
import { type Session, Sessions } from './sessions.js'

/** Tokens run between two looks at the result; even, for beams take turns between two sets of caches. */
const CHUNK = 8
/** A beam that does not exist yet. */
const NO_BEAM = -1e30

export interface DecodeOptions {
  /** Beams, 1 to 16; 1, the default, is greedy. */
  readonly beams?: number
  /** Hypotheses are compared by log-probability / tokens^lengthPenalty; default 0. */
  readonly lengthPenalty?: number
  /** Most tokens, the closing one included; default and at most the model's. */
  readonly limit?: number
  readonly signal?: AbortSignal | undefined
}

type Search = Omit<Required<DecodeOptions>, 'signal'> & Pick<DecodeOptions, 'signal'>

/** What was decoded for one prompt. */
export interface DecodedGloss {
  readonly tokens: readonly string[]
  /** Log-probability of the tokens and the end; undefined where the search was greedy and kept none. */
  readonly score: number | undefined
}

interface TokenSession extends Session {
  readonly feeds: Readonly<Record<'ids' | 'sourceLengths' | 'token' | 'lengths' | 'done', Tensor>> & {
    readonly scores?: Tensor
    readonly finished?: Tensor
  }
  /** Tokens a run of `decoding` makes. */
  readonly stride: number
}

/**
 * Translates prompts. Any number of calls may be under way at once: each gives what it gives alone. Programs are recorded once for each
 * (batch, prompt length, beams, limit), and once more for each further call at the same time.
 */
export class GlossDecoder implements AsyncDisposable {
  readonly #gpu: Gpu
  readonly #model: GlossModel
  readonly #sessions = new Sessions<TokenSession>('gloss decoder')

  /** Throws ERR_USAGE for what is no text-to-gloss model, and for a model of another Gpu. */
  constructor(gpu: Gpu, model: GlossModel) {
    checkKind(model, GlossModel, 'gloss decoder', 'a text-to-gloss model')
    checkSameGpu('text-to-gloss model', gpu, model.gpu)
    this.#gpu = gpu.tunedAs(gpu.tuning)
    this.#model = model
  }

  /**
   * Each prompt's gloss, decoded side by side. Throws ERR_USAGE for an empty prompt, one over the model's length, or impossible options;
   * ERR_DIVERGED where the model's numbers are not finite, ERR_DISPOSED where what it needs is destroyed.
   */
  async decode(prompts: readonly string[], options: DecodeOptions = {}): Promise<DecodedGloss[]> {
    checkOptions(options, 'prompt')
    const { beams = 1, lengthPenalty = 0, limit = this.#model.config.maxTokens, signal } = options
    signal?.throwIfAborted()
    this.#check()
    checkTexts(prompts, 'prompt', 'prompts')
    this.#checkSearch({ beams, lengthPenalty, limit })
    if (prompts.length === 0) return []
    const sources = prompts.map((prompt) => this.#encodeText(prompt))
    const length = Math.ceil(Math.max(...sources.map((ids) => ids.length)) / 4) * 4
    const shape = `${sources.length}x${length} ${beams} ${limit}`
    try {
      const session = await this.#sessions.lend(shape, () => this.#record(sources.length, length, beams, limit))
      try {
        this.#start(session, sources, length, beams)
        await session.encoding.start()
        return await this.#search(session, sources.length, { beams, lengthPenalty, limit, signal })
      } finally {
        this.#sessions.giveBack(shape, session)
      }
    } catch (error) {
      signal?.throwIfAborted()
      // What was destroyed meanwhile has a better name than its memory.
      this.#check()
      throw error
    }
  }

  /** Frees its memory; calls under way throw ERR_DISPOSED. Idempotent. The model stays its maker's. */
  destroy(): Promise<void> {
    return this.#sessions.destroy()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.destroy()
  }

  #check(): void {
    this.#gpu.check()
    this.#sessions.check()
    this.#model.check()
  }

  async #search(
    { decoding, stride }: TokenSession,
    batch: number,
    { beams, limit, lengthPenalty, signal }: Search,
  ): Promise<DecodedGloss[]> {
    for (let made = 0; ; ) {
      signal?.throwIfAborted()
      const reports = await decoding.run({ times: Math.ceil(Math.min(CHUNK, limit - made) / stride) })
      made += CHUNK
      if (beams === 1) this.#refuseDiverged(new Float32Array(reports[2]!), batch)
      const done = new Uint32Array(reports[0]!)
      if (made < limit && done.some((count) => count === 0)) continue
      return Array.from({ length: batch }, (_, b) =>
        beams === 1
          ? { tokens: this.#words(new Uint32Array(reports[1]!).subarray(b * limit, b * limit + done[b]!)), score: undefined }
          : this.#best(
              b,
              { done, trail: new Uint32Array(reports[1]!), scores: new Float32Array(reports[2]!), finished: new Uint32Array(reports[3]!) },
              beams,
              limit,
              lengthPenalty,
            ),
      )
    }
  }

  /** Of the latest token: what is not finite once stays in the caches. */
  #refuseDiverged(logits: Float32Array, batch: number): void {
    const stride = logits.length / batch
    for (let b = 0; b < batch; b++) {
      const at = firstNonFinite(logits.subarray(b * stride, b * stride + this.#model.gloss.size))
      if (at >= 0) throw diverged('the text-to-gloss model', `a logit of ${logits[b * stride + at]} for ${this.#model.gloss.tokens[at]}`)
    }
  }

  #checkSearch({ beams, lengthPenalty, limit }: Search): void {
    const { maxTokens } = this.#model.config
    const refuse = (problem: string) => new SignError('ERR_USAGE', 'prompt', problem, 'Choose a number within that range')
    if (!(Number.isInteger(beams) && beams >= 1 && beams <= MOST_BEAMS))
      throw refuse(`wanted 1 to ${MOST_BEAMS} beams, got ${shown(beams)}`)
    if (!(Number.isInteger(limit) && limit >= 1 && limit <= maxTokens))
      throw refuse(`wanted a limit of 1 to ${maxTokens} tokens, got ${shown(limit)}`)
    if (!Number.isFinite(lengthPenalty)) throw refuse(`wanted a finite length penalty, got ${shown(lengthPenalty)}`)
  }

  #encodeText(prompt: string): Uint32Array {
    const ids = this.#model.source.encode(prompt)
    const { maxTokens } = this.#model.config
    if (ids.length >= 2 && ids.length <= maxTokens) return ids
    const problem = `wanted a prompt of 1 to ${maxTokens - 1} words, got ${ids.length - 1}`
    throw new SignError('ERR_USAGE', 'prompt', problem, ids.length < 2 ? 'Give at least one word' : 'Shorten it')
  }

  /** Writes what decoding starts from; every beam of a prompt reads the prompt itself. */
  #start({ encoding, decoding, feeds }: TokenSession, sources: readonly Uint32Array[], length: number, beams: number): void {
    const rows = sources.flatMap((source) => new Array<Uint32Array>(beams).fill(source))
    const ids = new Uint32Array(rows.length * length).fill(specialId.padding)
    rows.forEach((source, r) => {
      ids.set(source, r * length)
    })
    encoding.write(feeds.ids, ids)
    encoding.write(
      feeds.sourceLengths,
      Uint32Array.from(rows, (source) => source.length),
    )
    decoding.write(feeds.token, new Uint32Array(rows.length).fill(specialId.start))
    decoding.write(feeds.lengths, new Uint32Array(rows.length))
    decoding.write(feeds.done, new Uint32Array(sources.length))
    if (feeds.finished) decoding.write(feeds.finished, new Uint32Array(rows.length))
    if (feeds.scores)
      decoding.write(
        feeds.scores,
        Float32Array.from(rows, (_, r) => (r % beams === 0 ? 0 : NO_BEAM)),
      )
  }

  /** The best hypothesis of a sample, walked back along its trail. */
  #best(
    b: number,
    { done, trail, scores, finished }: { done: Uint32Array; trail: Uint32Array; scores: Float32Array; finished: Uint32Array },
    beams: number,
    limit: number,
    lengthPenalty: number,
  ): DecodedGloss {
    const steps = done[b]!
    const worth = (n: number) => scores[b * beams + n]! / (finished[b * beams + n]! || steps) ** lengthPenalty
    let beam = 0
    for (let n = 1; n < beams; n++) if (scores[b * beams + n]! > NO_BEAM && worth(n) > worth(beam)) beam = n
    const score = scores[b * beams + beam]!
    // A beam whose logits are not finite has no candidates, as one that does not exist.
    if (!(score > NO_BEAM)) throw diverged('the text-to-gloss model', 'no beam with a score')
    const ids: number[] = []
    for (let t = steps - 1; t >= 0; t--) {
      const at = 2 * ((b * limit + t) * beams + beam)
      ids.unshift(trail[at + 1]!)
      beam = trail[at]!
    }
    return { tokens: this.#words(ids), score }
  }

  #words(ids: Iterable<number>): string[] {
    return [...ids].filter((id) => id !== specialId.end).map((id) => this.#model.gloss.tokens[id]!)
  }

  async #record(batch: number, length: number, beams: number, limit: number): Promise<TokenSession> {
    const { weights, config, positions } = this.#model
    const recorder = new Recorder()
    const recording: Recording = { graph: new Graph(recorder), weights, config }
    const ids = recorder.feed('ids', [batch * beams, length], 'u32')
    const sourceLengths = recorder.feed('source_lengths', [batch * beams], 'u32')
    const encoded = encode(recording, { ids }, sourceLengths, positions)
    const projected = memoryCaches(recording, encoded).map((cache) => recorder.keep(cache))
    const encoding = await Program.build(this.#gpu, recorder)
    const shared = (tensor: Tensor): Tensor => ({ ...tensor, region: encoding.region(tensor) })
    const memory = projected.map(shared)
    const record = beams === 1 ? this.#recordGreedy : this.#recordBeams
    try {
      const decoding = await record.call(this, batch, beams, limit, memory, shared(sourceLengths))
      return { encoding, ...decoding, feeds: { ids, sourceLengths, ...decoding.feeds } }
    } catch (error) {
      encoding.destroy()
      throw error
    }
  }

  async #recordGreedy(batch: number, _: number, limit: number, memory: readonly Tensor[], memoryLengths: Tensor) {
    const { positions, noPosition, gloss } = this.#model
    const { recorder, recording, token, lengths, done } = this.#decoding(batch, batch)
    const past = this.#caches(recorder, batch, limit, 'past')
    const tokens = recorder.keep(recorder.tensor('tokens', [batch, limit], 'u32'))
    const logits = decodeGlossToken(recording, { token, lengths, positions, noPosition, past, memory, memoryLengths })
    const size = { batch, classes: gloss.size, stride: logits.shape.at(-1)!, capacity: limit, end: specialId.end }
    recorder.run(nextToken, { logits, lengths, done, input: token, tokens }, size)
    recorder.report(done)
    recorder.report(tokens)
    recorder.report(logits)
    return { decoding: await Program.build(this.#gpu, recorder), feeds: { token, lengths, done }, stride: 1 }
  }

  /** Two steps a run: the beams' pasts are put in order from one set of caches into the other, and back. */
  async #recordBeams(batch: number, beams: number, limit: number, memory: readonly Tensor[], memoryLengths: Tensor) {
    const { positions, noPosition, gloss, config } = this.#model
    const rows = batch * beams
    const { recorder, recording, token, lengths, done } = this.#decoding(rows, batch)
    const scores = recorder.feed('scores', [rows])
    const finished = recorder.feed('finished', [rows], 'u32')
    const parent = recorder.keep(recorder.tensor('parent', [rows], 'u32'))
    const trail = recorder.keep(recorder.tensor('trail', [batch, limit, beams, 2], 'u32'))
    const sets = ['even', 'odd'].map((name) => this.#caches(recorder, rows, limit, name)) as [Tensor[], Tensor[]]
    for (const [past, next] of [sets, [sets[1], sets[0]]] as const) {
      const logits = decodeGlossToken(recording, { token, lengths, positions, noPosition, past, memory, memoryLengths })
      const size = { batch, beams, classes: gloss.size, stride: logits.shape.at(-1)!, capacity: limit, end: specialId.end }
      recorder.run(beamStep, { logits, scores, finished, input: token, parent, trail, lengths, done }, size)
      past.forEach((cache, i) => {
        recorder.run(beamReorder, { x: cache, parent, lengths, y: next[i]! }, { rows, beams, capacity: limit, width: 2 * config.width })
      })
    }
    for (const tensor of [done, trail, scores, finished]) recorder.report(tensor)
    return { decoding: await Program.build(this.#gpu, recorder), feeds: { token, lengths, done, scores, finished }, stride: 2 }
  }

  #decoding(rows: number, batch: number) {
    const { weights, config } = this.#model
    const recorder = new Recorder()
    const recording: Recording = { graph: new Graph(recorder), weights, config }
    const token = recorder.feed('token', [rows, 1], 'u32')
    const lengths = recorder.feed('lengths', [rows], 'u32')
    const done = recorder.feed('done', [batch], 'u32')
    return { recorder, recording, token, lengths, done }
  }

  #caches(recorder: Recorder, rows: number, capacity: number, name: string): Tensor[] {
    const { decoderLayers, width } = this.#model.config
    return Array.from({ length: decoderLayers }, (_, i) => recorder.keep(recorder.tensor(`${name}.${i}`, [rows, capacity, 2 * width])))
  }
}
