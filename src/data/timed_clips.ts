// Clips of whole sentences with their glosses, out of a folder of poses with timed annotations beside them.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SignError } from '../base/errors.js'
import { namesIn } from '../base/folder.js'
import { input } from '../base/system_errors.js'
import { readPose } from '../formats/pose/pose.js'
import { parseTimedSentence } from '../formats/timed_gloss.js'
import type { Clip } from '../motion/clip.js'
import { motionOfPose } from './layouts/motion.js'

export interface TimedClipOptions {
  /** Tag of the sign language, e.g. `GSL`. */
  readonly language: string
  /** Which spoken language's sentence is the text, as the files call it, e.g. `german`. */
  readonly text: string
}

/**
 * Reads every `<name>_metadata.json` with its `<name>_original.pose`, by name. A gloss loses the mark of a variant form (`ICH1*` is `ICH1`).
 * Throws ERR_DATA naming the folder or file for none, one without its pose, or without a sentence in that language.
 */
export async function readTimedClips(folder: string, { language, text }: TimedClipOptions): Promise<Clip[]> {
  const ending = '_metadata.json'
  const names = (await namesIn(folder)).filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length))
  if (names.length === 0) throw new SignError('ERR_DATA', folder, `wanted files *${ending}, got none`, 'Check the path')
  return Promise.all(
    names.sort().map(async (name) => {
      const path = join(folder, `${name}${ending}`)
      const sentence = parseTimedSentence(await input(path, 'read it', () => readFile(path)), path)
      const said = sentence.texts[text]
      if (!said) {
        const problem = `wanted the sentence in ${text}, got ${Object.keys(sentence.texts).join(', ') || 'none'}`
        throw new SignError('ERR_DATA', path, problem, 'Choose one of these')
      }
      const posePath = join(folder, `${name}_original.pose`)
      const { joints, frames, fps } = motionOfPose(await readPose(posePath), { who: posePath })
      const gloss = sentence.glosses.map(({ gloss }) => gloss.replace(/\*$/, '')).join(' ')
      return { name, language, joints, frames, fps, text: said, gloss }
    }),
  )
}
