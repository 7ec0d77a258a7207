// Beam search over a decoder that makes one token a step: the GPU steps and sorts its vocabulary, the host chooses who goes on. A step costs a read-back,
// in turn any dialect of beam search runs over any decoder; token_program.ts has one that does without.

import type { Gpu } from '../device/gpu.js'
import type { Tensor } from '../device/memory.js'
import { Program, Recorder } from '../device/program.js'
import { beamReorder } from '../kernels/beam_reorder.js'
import type { DecoderStepInputs } from '../nn/decoder.js'
import type { Recording } from '../nn/recording.js'
import { Graph } from '../ops/graph.js'
import { type TopLogProbs, topLogProbs } from '../ops/top_log_probs.js'
import type { BeamRules } from './beam.js'
import { BeamSearch, candidatesPerBeam, type FoundSentence } from './beam_search.js'
import type { TokenWriter } from './token_program.js'

/** What a decoder attends to, a row for every sentence, or for every beam of every sentence: those of a sentence are alike then, and lie together. */
export type DecoderMemory = Pick<DecoderStepInputs, 'memory' | 'memoryLengths'>

export interface BeamDecoderOptions {
  readonly sentences: number
  /** Of the search; `beams` rows a sentence. */
  readonly rules: BeamRules
  /** The token that sentences begin with. */
  readonly start: number
}

interface Feeds {
  readonly token: Tensor
  readonly lengths: Tensor
  readonly parent: Tensor
}

/** Sets of caches, of which one is current: where beams change places, the other is filled from it and becomes current. */
const SETS = ['even', 'odd'] as const

/** A decoder recorded for one shape and rules. One search at a time. */
export class BeamDecoder {
  readonly #program: Program
  readonly #feeds: Feeds
  readonly #options: BeamDecoderOptions

  private constructor(program: Program, feeds: Feeds, options: BeamDecoderOptions) {
    this.#program = program
    this.#feeds = feeds
    this.#options = options
  }

  /** Throws ERR_USAGE for rules that cannot be, and where a step would want more than 64 tokens of a beam. */
  static async record(gpu: Gpu, writer: TokenWriter, options: BeamDecoderOptions, memory: DecoderMemory): Promise<BeamDecoder> {
    const { rules, sentences } = options
    const { weights, config, classes } = writer
    const cacheWidth = 2 * writer.width
    new BeamSearch(sentences, rules) // refuses what cannot be searched
    const recorder = new Recorder()
    const recording: Recording = { graph: new Graph(recorder), weights, config }
    const rows = sentences * rules.beams
    const feeds = {
      token: recorder.feed('token', [1, rows], 'u32'),
      lengths: recorder.feed('lengths', [rows], 'u32'),
      parent: recorder.feed('parent', [rows], 'u32'),
    }
    const capacity = rules.maxLength
    const sets = SETS.map((set) =>
      Array.from({ length: config.decoderLayers }, (_, i) => recorder.keep(recorder.tensor(`${set}.${i}`, [rows, capacity, cacheWidth]))),
    )
    let top: TopLogProbs | undefined
    for (const [i, set] of SETS.entries()) {
      const [past, before] = [sets[i]!, sets[1 - i]!]
      recorder.mark(`${set}: beams change places`)
      for (const [layer, y] of past.entries()) {
        const { parent, lengths } = feeds
        recorder.run(beamReorder, { x: before[layer]!, parent, lengths, y }, { rows, beams: rules.beams, capacity, width: cacheWidth })
      }
      recorder.mark(`${set}: a token`)
      const found = { k: candidatesPerBeam(rules, classes), ...(top ? { into: top } : {}) }
      top = recorder.scope(set, () => {
        const x = writer.step(recording, { ...memory, ...feeds, past })
        return writer.top ? writer.top(recording, x, found) : topLogProbs(recording.graph, x, { classes, ...found })
      })
      recorder.mark(`${set}: done`)
    }
    recorder.report(top!.id)
    recorder.report(top!.value)
    return new BeamDecoder(await Program.build(gpu, recorder), feeds, options)
  }

  /**
   * Searches the sentences that the memory holds now. Rejects with the signal's reason when aborted, at the latest a token later; with ERR_DIVERGED where
   * the model's numbers are not finite.
   *
   * @param onStep is given each row's next token, as soon as it is known
   */
  async search(signal?: AbortSignal, onStep?: (tokens: Uint32Array) => void): Promise<FoundSentence[]> {
    const { rules, sentences, start } = this.#options
    const { token, lengths, parent } = this.#feeds
    const rows = sentences * rules.beams
    const searching = new BeamSearch(sentences, rules)
    let tokens: Uint32Array = new Uint32Array(rows).fill(start)
    let parents: Uint32Array = new Uint32Array(rows).map((_, r) => r % rules.beams)
    let current = 0
    for (let n = 0; !searching.done; n++) {
      signal?.throwIfAborted()
      this.#program.write(token, tokens)
      this.#program.write(lengths, new Uint32Array(rows).fill(n))
      this.#program.write(parent, parents)
      const moved = parents.some((from, r) => from !== r % rules.beams)
      if (moved) current = 1 - current
      const set = SETS[current]!
      const [ids, logProbs] = await this.#program.run({ from: `${set}: ${moved ? 'beams change places' : 'a token'}`, to: `${set}: done` })
      signal?.throwIfAborted()
      const moves = searching.step({ ids: new Uint32Array(ids!), logProbs: new Float32Array(logProbs!) })
      tokens = moves.tokens
      parents = moves.parents
      onStep?.(tokens)
    }
    return searching.results().map((found) => found!)
  }

  /** Frees its memory. Idempotent. */
  destroy(): void {
    this.#program.destroy()
  }
}
