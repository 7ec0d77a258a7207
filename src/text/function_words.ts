// The small words of spoken languages that signing does without: articles, prepositions, auxiliaries, conjunctions. What is left of a
// sentence is its pseudo-gloss. Lists, not a tagger: pronouns and negations are kept, and words are not brought to their base form.

/** The spoken language around a sign language, ISO 639-1. */
const spoken: Readonly<Record<string, keyof typeof lists>> = {
  ASL: 'en',
  GSL: 'de',
  DSGS: 'de',
  'LSF-CH': 'fr',
  'LIS-CH': 'it',
  LIS: 'it',
  LSA: 'es',
  LSE: 'es',
  LGP: 'pt',
  STS: 'sv',
  TSL: 'tr',
}

const lists = {
  en: 'a an the of to in on at by for from with into onto over under about as than and or but so if that which who whom whose is am are was were be been being do does did done have has had having will would shall should may might must can could there its it',
  de: 'der die das den dem des ein eine einen einem einer eines und oder aber denn sondern dass ob weil wenn als wie in im ins an am ans auf aus bei beim bis durch für gegen hinter mit nach neben ohne seit über um unter von vom vor zu zum zur zwischen ist sind war waren bin bist sein wird werden wurde wurden hat haben habe hatte hatten es sich da auch noch',
  fr: 'le la les l un une des du de d à au aux et ou mais donc car que qu qui dont en dans par pour sur sous avec sans vers chez entre est sont était étaient être suis es sommes êtes a ont avait avaient avoir ai as avons avez se s ce c y',
  it: 'il lo la i gli le l un uno una di del dello della dei degli delle a al allo alla ai agli alle da dal dallo dalla dai dagli dalle in nel nello nella nei negli nelle su sul sullo sulla sui sugli sulle con per tra fra e ed o ma che è sono era erano essere ha hanno aveva avevano avere ho hai si ci',
  es: 'el la los las lo un una unos unas de del a al en con por para sobre entre desde hasta sin y e o u pero que es son era eran ser está están estaba estar ha han había haber he se',
  pt: 'o a os as um uma uns umas de do da dos das a ao à aos às em no na nos nas num numa por pelo pela pelos pelas com para sobre entre desde até sem e ou mas que é são era eram ser está estão estava estar há havia haver tem têm se',
  sv: 'en ett den det de i på av till för från med om vid under över efter utan genom och eller men att som är var vara blir blev har hade ha ska skulle kan kunde det sig',
  tr: 've veya ya da de ile için gibi kadar ki ama fakat bir mi mı mu mü dir dır dur dür',
} as const

const sets = new Map(Object.entries(lists).map(([language, words]) => [language, new Set(words.split(' '))]))

/**
 * The words that carry a sentence's content, in its order. A sentence that is nothing but small words keeps them, and so does one of a
 * language whose small words are endings (KSL) or that has no list.
 */
export function contentWords(words: readonly string[], language: string): readonly string[] {
  const small = sets.get(Object.hasOwn(spoken, language) ? spoken[language]! : '')
  const kept = small ? words.filter((word) => !small.has(word)) : words
  return kept.length > 0 ? kept : words
}
