// Words to spell: common English ones, then made-up ones that can be pronounced, for as many as are asked for.

import { counted } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'
import { Random } from '../../base/random.js'

/** Some four hundred common words of 2 to 9 letters a-z. */
export const commonWords: readonly string[] = `
  able about above across act add after again age agree air all allow alone along also always among animal answer any apple area arm army around arrive art ask
  autumn away baby back bad bag ball bank base basket beach bean bear beauty because bed before begin behind believe best better between big bird black blue board boat
  body book born both box boy bread break bridge bright bring brother brown build busy butter buy cake call camp car card care carry cat cause chair chance change
  cheap child choose church circle city clean clear climb clock close cloud coat coffee cold colour come cook cool copy corn correct cost country cover cow
  cross cry cup cut dance dark daughter day deep desk dinner dog door dream dress drink drive dry early earth east easy eat egg eight empty end enough equal
  evening every exact eye face fact fair fall family far farm fast father few field fight fill find fine finger fire first fish five floor flower fly follow
  food foot forest forget four fox free fresh friend front fruit full game garden gate gift girl give glad glass go gold good grass great green ground group grow
  guess half hand happy hard hat have head hear heart heavy help high hill hold home hope horse hot hour house how ice idea island jacket job join joke judge
  juice jump just keep key kind king kitchen knife know lake lamp language large laugh learn leave leg lesson letter light like line lion listen little long
  look love low lunch make map market maybe meal milk mind minute money month moon morning mother mountain mouse move much music name near new night nine
  north nose note number ocean old open orange order paper park pencil people phone picture piece plane plant play please pocket queen question quick quiet quilt
  rain read red rest rice river road room round salt same sand school sea season seven shape ship shoe shop silver sing sister six sleep small smile snow
  soft song south spoon spring square stone story street strong sugar summer sun table tax teach ten thank three time tired today tree true under uncle
  use valley very village visit voice wait walk wall warm wash watch water weather week west wheel white wind window winter woman wood word work world write
  year yellow yes young zebra zero zoo`
  .trim()
  .split(/\s+/)

export interface WordOptions {
  readonly count: number
  readonly seed: number
  /** Whether a word can be spelled. */
  readonly spellable: (word: string) => boolean
  /** Letters to make words of, of whatever script. */
  readonly letters: readonly string[]
}

/**
 * `count` distinct words in a seeded order: spellable common ones first, then made-up ones of 3 to 7 letters, in which consonants and vowels take turns where the
 * script has both; longer ones where an alphabet has too few letters for so many.
 * Throws ERR_CONFIG for a count that is no positive whole number, ERR_DATA where the alphabet is too poor for that many.
 */
export function chooseWords({ count, seed, spellable, letters }: WordOptions): string[] {
  if (!Number.isInteger(count) || count < 1)
    throw new SignError('ERR_CONFIG', 'words', `wanted a count of at least 1, got ${count}`, 'Correct the value')
  const chosen = new Set(Random.for(seed, 'words').shuffled(commonWords.filter(spellable)).slice(0, count))
  const random = Random.for(seed, 'pseudo-words')
  const [vowels, consonants] = [letters.filter(isVowel), letters.filter((letter) => !isVowel(letter))]
  // Digits, Hebrew and many others have no vowels among their letters, or none that is known here.
  const turns = vowels.length > 0 && consonants.length > 0 ? [consonants, vowels] : [letters, letters]
  for (let tries = 0; chosen.size < count; tries++) {
    if (tries > PATIENCE * count || letters.length === 0) {
      throw new SignError(
        'ERR_DATA',
        'words',
        `wanted ${counted(count, 'distinct word')}, got ${chosen.size} out of ${counted(letters.length, 'letter')}`,
        'Ask for fewer',
      )
    }
    const length = 3 + random.below(5 + Math.floor((10 * tries) / (PATIENCE * count)))
    const consonantFirst = random.below(4) > 0
    const word = Array.from({ length }, (_, i) => {
      const from = turns[(i % 2 === 0) === consonantFirst ? 0 : 1]!
      return from[random.below(from.length)]!
    }).join('')
    if (spellable(word)) chosen.add(word)
  }
  return [...chosen]
}

/** Draws for each word asked for before an alphabet is called too poor. */
const PATIENCE = 100

/** Whether a letter without its marks is a vowel of the Latin, Greek or Cyrillic script, or a Korean one. */
function isVowel(letter: string): boolean {
  return letter !== 'й' && /^[aeiouıαεηιουωаеиоуыэюяєіㅏ-ㅣ]$/.test(letter.normalize('NFD').charAt(0))
}
