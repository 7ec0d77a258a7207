// What a sign-to-text training through codes has beside its sentences' loss: distances of tokens and codes, and how far what is made of codes for the language
// model is from being drawn as the rows of its table are (SignLLM, Gong et al. 2024).

import { Random } from '../../base/random.js'
import type { Recorder } from '../../device/program.js'
import type { CodeDrawing, SignFeatures } from '../../model/sign_features.js'
import { type SignToTextModel, wordVectors } from '../../model/sign_to_text.js'
import type { Graph } from '../../ops/graph.js'
import { discrepancyOf, meanDiscrepancy } from '../../ops/mean_discrepancy.js'
import type { PassReports } from '../../train/task.js'
import type { SignToTextRunConfig } from './config.js'

/** What a run file says of codes. */
export type CodeSettings = NonNullable<SignToTextRunConfig['codes']>

/** What is written of codes before a pass; `rows` tokens, padding included. */
export function codeFeeds(recorder: Recorder, rows: number, { as, words, kernels }: CodeSettings) {
  return {
    codeShare: recorder.feed('code_share', [1]),
    // How many words there are shows when they are found, and what each counts with it.
    ...(as === 'tokens' && { rowShare: recorder.feed('row_share', [rows]) }),
    wordIds: recorder.feed('word_ids', [1, words], 'u32'),
    nowhere: recorder.feed('nowhere', [words], 'u32'),
    wordShare: recorder.feed('word_share', [words]),
    kernels: recorder.feed('kernels', [kernels.length]),
    discrepancyShare: recorder.feed('discrepancy_share', [1]),
  }
}

type CodeFeeds = Readonly<ReturnType<typeof codeFeeds>>

/** What tokens are drawn to their codes by. */
export const drawingOf = ({ codeShare }: CodeFeeds, { commitment }: CodeSettings): CodeDrawing => ({ commitment, share: codeShare })

/** Records the discrepancy of features from rows of the table; reports what {@link codeLosses} reads. */
export function recordDiscrepancy(graph: Graph, model: SignToTextModel, { memory, quantised, words }: SignFeatures, feeds: CodeFeeds) {
  const { wordShare, kernels, discrepancyShare, wordIds, nowhere } = feeds
  const rowShare = words ? words.share : feeds.rowShare!
  return graph.recorder.scope('discrepancy', () => {
    const x = { rows: memory, share: rowShare }
    const y = { rows: wordVectors(model, graph, { ids: wordIds, nowhere }), share: wordShare }
    const sums = meanDiscrepancy(graph, x, y, { sigma: kernels, share: discrepancyShare })
    return { ...sums, rowShare, wordShare, codeShare: feeds.codeShare, discrepancyShare, distance: quantised!.distance }
  })
}

/** The arrays of a pass. `share`: a token's of the batch; `ofBatch`: the pass' part of it. */
export function codeArrays(
  lengths: Uint32Array,
  { length, share, ofBatch, step, seed }: { length: number; share: number; ofBatch: number; step: number; seed: number },
  { config, text }: Pick<SignToTextModel, 'config' | 'text'>,
  { as, codebook, discrepancy, words, kernels }: CodeSettings,
): { readonly [Name in keyof CodeFeeds]: Float32Array | Uint32Array } {
  const random = Random.for(seed, 'table', step)
  return {
    codeShare: Float32Array.of((codebook * share) / config.signs.width),
    ...(as === 'tokens' && { rowShare: tokenShares(lengths, length) }),
    wordIds: Uint32Array.from({ length: words }, () => random.below(text.size)),
    // The last row of places is that of padding: nothing is added.
    nowhere: new Uint32Array(words).fill(config.language.maxTokens),
    wordShare: new Float32Array(words).fill(1 / words),
    kernels: Float32Array.from(kernels, (width) => width * Math.sqrt(config.language.width)),
    discrepancyShare: Float32Array.of(discrepancy * ofBatch),
  }
}

/** An equal share for each token of clips, [clips · length]; none for padding. */
function tokenShares(lengths: Uint32Array, length: number): Float32Array {
  const tokens = lengths.reduce((sum, own) => sum + own, 0)
  const shares = new Float32Array(lengths.length * length)
  for (const [b, own] of lengths.entries()) shares.fill(1 / tokens, b * length, b * length + own)
  return shares
}

/** Both losses of a batch, from the reports of its passes, each with its weight. */
export function codeLosses(passes: readonly PassReports[], { commitment }: CodeSettings): { quantisation: number; discrepancy: number } {
  let [quantisation, discrepancy] = [0, 0]
  for (const pass of passes) {
    const read = (name: string) => new Float32Array(pass[name]!)
    quantisation += (1 + commitment) * read('codeShare')[0]! * read('distance').reduce((sum, one) => sum + one, 0)
    const sums = { xx: read('xx'), yy: read('yy'), xy: read('xy') }
    discrepancy += read('discrepancyShare')[0]! * discrepancyOf(sums, { x: read('rowShare'), y: read('wordShare') })
  }
  return { quantisation, discrepancy }
}
