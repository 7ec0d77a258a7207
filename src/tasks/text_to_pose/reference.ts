// What is profiled and tuned for where no run file is named.

import { type TaskRun, taskRun } from '../../train/task.js'
import { parseRunConfig } from './config.js'
import { textToPose } from './task.js'

/** The published base model on a batch of eight long clips of the built-in corpus. */
export function referenceRun(): TaskRun {
  const config = parseRunConfig(
    `
name: reference
data: [{ synthetic: { languages: [GSL], clipsPerLanguage: 10, words: 28, wordsPerSentence: [11, 11], framesPerSign: 13 } }]
model: { preset: pt-base, maxFrames: 200, maxTokens: 32 }
batch: { size: 8, bucket: 10 }
`,
    'reference run',
  )
  return taskRun(textToPose, config)
}
