// `signllm score`: what there is to score decides which part of it runs.

import { type ScoreTextOptions, type ScoreTextSummary, scoreTextFiles } from './score_text.js'

/** Scores two text files, line by line. Throws what {@link scoreTextFiles} throws. */
export function score(hypotheses: string, references: string, options: ScoreTextOptions = {}): Promise<ScoreTextSummary> {
  return scoreTextFiles(hypotheses, references, options)
}
