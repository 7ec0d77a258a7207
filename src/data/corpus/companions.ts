// What lies beside the motions of a corpus, line for line: texts, glosses, names, languages.

import { basename } from 'node:path'
import { counted as inWords } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'
import { checkAligned, checkNamesDiffer, readCompanion } from '../../formats/skels/companions.js'
import type { Clip } from '../../motion/clip.js'
import type { Source } from '../source.js'

export interface Companions {
  readonly text?: string[]
  readonly gloss?: string[]
  readonly lang_gloss?: string[]
  readonly files?: string[]
  readonly lang?: string[]
}

/**
 * Reads them; `counted` is the file that says how many clips there are. Throws ERR_DATA naming both files with both counts where they are not line for line, where that of `source` is missing, and for
 * two clips of one name.
 */
export async function readCompanions(
  prefix: string,
  sequences: number,
  source: Source | undefined,
  counted = `${prefix}.skels`,
): Promise<Companions> {
  const found: { -readonly [ending in keyof Companions]: string[] } = {}
  for (const ending of ['text', 'gloss', 'lang_gloss', 'files', 'lang'] as const) {
    const lines = await readCompanion(`${prefix}.${ending}`)
    if (lines) {
      checkAligned(counted, sequences, `${prefix}.${ending}`, lines)
      found[ending] = lines
    } else if (ending === source) {
      throw new SignError(
        'ERR_DATA',
        `${prefix}.${ending}`,
        `wanted a line for each of ${inWords(sequences, 'sequence')}, got no such file`,
        'Add it, or choose another source',
      )
    }
  }
  if (found.files) checkNamesDiffer(`${prefix}.files`, found.files)
  return found
}

/**
 * What the companions say of clip `index`: a missing `.files` names it by its line, a missing `.text` is forgiven where there is a gloss.
 * Throws ERR_DATA naming `who` where neither `.lang` nor `language` says its language.
 */
export function wordsOfClip(
  companions: Companions,
  index: number,
  { prefix, language, who }: { readonly prefix: string; readonly language: string | undefined; readonly who: string },
): Omit<Clip, 'joints' | 'frames' | 'fps'> {
  const gloss = companions.gloss?.[index]
  return {
    name: companions.files?.[index] || `${basename(prefix)}/${index + 1}`,
    language: companions.lang?.[index] || language || noLanguage(who),
    text: companions.text?.[index] ?? gloss ?? '',
    ...(gloss === undefined ? {} : { gloss }),
    ...(companions.lang_gloss ? { langGloss: companions.lang_gloss[index]! } : {}),
  }
}

function noLanguage(who: string): never {
  const problem = 'wanted the language of the clip, got no .lang file, no manifest and no `language`'
  throw new SignError('ERR_DATA', who, problem, 'Give `language`, e.g. GSL')
}
