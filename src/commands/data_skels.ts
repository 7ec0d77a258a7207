// `signllm data skels`: lifted motions and what was said in them into a corpus to train on.

import type { RateSettings } from './clip_rates.js'
import { matchWords, wordsOf } from './motion_clips.js'
import { motionSource } from './motion_source.js'
import { type TargetSettings, type TargetSummary, writeTarget } from './motion_target.js'

export interface DataSkelsOptions extends TargetSettings, RateSettings {
  /** HDF5 of joints. */
  readonly in: string
  /** Prefix of the corpus. */
  readonly out: string
  readonly lang: string
}

/** Writes the corpus whole or not at all. Throws ERR_DATA and ERR_USAGE naming what is wrong with the input, ERR_OUTPUT where nothing can be written. */
export async function dataSkels(options: DataSkelsOptions): Promise<TargetSummary> {
  const { in: path, out, lang } = options
  const words = await wordsOf(options)
  const source = await motionSource(path, lang, options)
  return writeTarget(out, source, matchWords(source.names, words, path), options)
}
