// What PHOENIX-2014 and PHOENIX-2014T do to glosses before they compare them: annotations about hands and places go, spelled letters are
// joined by +, neighbours that are equal become one. The order of the rules is part of the definition: it leaves `A B C` at the beginning as `A B+C`.

import { SignError } from '../base/errors.js'
import type { GlossCleanUp } from './text_metric_names.js'
import { tokensOf, trimmed } from './white_space.js'

/** The clean-up of a line, by name. `phoenix-2014` throws ERR_DATA for a line with `__EPENTHESIS__`, as the published function does. */
export const glossCleanUps: Readonly<Record<GlossCleanUp, (line: string) => string>> = {
  none: (line) => line,
  'phoenix-2014'(line) {
    const cleaned = onceEach(replaced(trimmed(line), [...marks2014, ...spelling, ...suffixes2014, ...repetition]))
    if (/__(LEFTHAND|EPENTHESIS|EMOTION)__/u.test(cleaned))
      throw new SignError(
        'ERR_DATA',
        'phoenix-2014',
        `wanted glosses of PHOENIX-2014, got '${line.slice(0, 60)}'`,
        'Use the clean-up phoenix-2014t for glosses with __EPENTHESIS__',
      )
    return cleaned
  },
  'phoenix-2014t': (line) => onceEach(replaced(trimmed(line), [...marks2014t, ...spelling, ...repetition])),
}

type Rules = readonly (readonly [RegExp, string])[]

const replaced = (line: string, rules: Rules): string => rules.reduce((text, [pattern, by]) => text.replace(pattern, by), line)

/** A pattern in which `\b` and `\w` know the letters of every language, as they do in Python: in `ÜBERRAUM` no word begins at B. */
function unicode(pattern: string): RegExp {
  const word = '[\\p{L}\\p{N}_]'
  const boundary = `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`
  return new RegExp(pattern.replaceAll('[\\w-]', '[\\p{L}\\p{N}_-]').replaceAll('\\b', boundary), 'gu')
}

const QUESTION = [/WIE AUSSEHEN/gu, 'WIE-AUSSEHEN'] as const

const marks2014: Rules = [
  ...['loc-', 'cl-', 'qu-', 'poss-', 'lh-'].map((prefix) => [new RegExp(prefix, 'gu'), ''] as const),
  [/S0NNE/gu, 'SONNE'],
  [/HABEN2/gu, 'HABEN'],
  [/__EMOTION__/gu, ''],
  [/__PU__/gu, ''],
  [/__LEFTHAND__/gu, ''],
  QUESTION,
  [/ZEIGEN /gu, 'ZEIGEN-BILDSCHIRM '],
  [/ZEIGEN$/gu, 'ZEIGEN-BILDSCHIRM'],
]

const marks2014t: Rules = [
  [/__LEFTHAND__/gu, ''],
  [/__EPENTHESIS__/gu, ''],
  [/__EMOTION__/gu, ''],
  [unicode('\\b__[^_ ]*__\\b'), ''],
  [unicode('\\bloc-([^ ]*)\\b'), '$1'],
  [unicode('\\bcl-([^ ]*)\\b'), '$1'],
  [unicode('\\b([^ ]*)-PLUSPLUS\\b'), '$1'],
  [unicode('\\b([A-Z]+)RAUM\\b'), '$1'],
  QUESTION,
]

const suffixes2014: Rules = [
  [/([A-Z][A-Z])RAUM/gu, '$1'],
  [/-PLUSPLUS/gu, ''],
]

/** Joins single letters, SCH and NN. A match uses up the space that the next pair would begin at, so one rule stands there three times. */
const pair = [/([ +][A-Z]) ([A-Z][ +])/gu, '$1+$2'] as const
const spelling: Rules = [
  [/^([A-Z]) ([A-Z][+ ])/gu, '$1+$2'],
  [/[ +]([A-Z]) ([A-Z]) /gu, ' $1+$2 '],
  ...[pair, pair, pair],
  [/([ +]SCH) ([A-Z][ +])/gu, '$1+$2'],
  [/([ +]NN) ([A-Z][ +])/gu, '$1+$2'],
  [/([ +][A-Z]) (NN[ +])/gu, '$1+$2'],
  [/([ +][A-Z]) ([A-Z])$/gu, '$1+$2'],
]

const twice = [unicode('(?<![\\w-])(\\b[A-Z]+(?![\\w-])) \\1(?![\\w-])'), '$1'] as const
const repetition: Rules = [[/ +/gu, ' '], ...[twice, twice, twice, twice], [/ +/gu, ' ']]

/** Neighbours between single spaces that are equal, once. */
function onceEach(line: string): string {
  const glosses = line.split(' ')
  return tokensOf(glosses.filter((gloss, i) => gloss !== glosses[i - 1]).join(' ')).join(' ')
}
