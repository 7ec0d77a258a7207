// How well a text-to-gloss model does on lines it has not seen.

import type { DecodedGloss, DecodeOptions, GlossDecoder } from '../../infer/gloss_decoder.js'
import { scoreText, type TextScores } from '../../metrics/text_scores.js'
import type { GlossLine } from './data.js'

/** Lines decoded side by side. */
const BATCH = 32

/** Decodes readings of any lengths, those of like length together, and gives them back in their order. */
export async function decodeAll(decoder: GlossDecoder, readings: readonly string[], options: DecodeOptions): Promise<DecodedGloss[]> {
  const words = readings.map((reading) => reading.split(' ').length)
  const order = readings.map((_, i) => i).sort((a, b) => words[a]! - words[b]!)
  const decoded: DecodedGloss[] = []
  for (let first = 0; first < order.length; first += BATCH) {
    const batch = order.slice(first, first + BATCH)
    const results = await decoder.decode(
      batch.map((i) => readings[i]!),
      options,
    )
    batch.forEach((i, k) => {
      decoded[i] = results[k]!
    })
  }
  return decoded
}

/** Decodes and scores lines; `readings` are what the model reads of them. */
export async function scoreLines(
  decoder: GlossDecoder,
  lines: readonly GlossLine[],
  readings: readonly string[],
  options: DecodeOptions,
): Promise<{ readonly decoded: readonly DecodedGloss[]; readonly scores: TextScores }> {
  const decoded = await decodeAll(decoder, readings, options)
  const pairs = lines.map(({ langGloss }, i) => ({ reference: langGloss, hypothesis: decoded[i]!.tokens.join(' ') }))
  const { beams = 1, lengthPenalty = 0 } = options
  return { decoded, scores: scoreText(pairs, beams === 1 ? 'greedy' : `beam:${beams}|alpha:${lengthPenalty}`) }
}
