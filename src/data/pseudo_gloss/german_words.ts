// German words of closed classes, with what a dictionary of nouns, adjectives and verbs does not tell: the words that signing does without, and
// pronouns, adverbs and numbers, which it shows.

import type { Item, UniversalPos } from '../../text/pseudo_gloss/item.js'

const closed: Readonly<Partial<Record<UniversalPos, string>>> = {
  DET: 'der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner keines dieser diese dieses diesen diesem jeder jede jedes jeden jedem mein meine meinen meinem meiner meines dein deine deinen deinem deiner sein seine seinen seinem seiner seines ihr ihre ihren ihrem ihrer ihres unser unsere unseren unserem unserer unseres unserm unsern euer eure euren eurem eurer manche manchen mancher manchem welche welcher welches welchen welchem solche solcher solches solchen beide beiden beider alle allen aller allem alles einige einigen einiger einigem',
  ADP: 'in im ins an am ans auf aus bei beim bis durch für gegen hinter hinterm mit nach neben ohne seit über überm übers um unter unterm von vom vor vorm zu zum zur zwischen ab entlang gegenüber innerhalb außerhalb während wegen trotz statt anstatt samt dank laut pro richtung per bezüglich oberhalb unterhalb nahe',
  CCONJ: 'und oder aber denn sondern sowie beziehungsweise doch sowohl entweder weder',
  SCONJ: 'dass daß ob weil wenn als wie da damit bevor nachdem obwohl falls sobald solange sodass indem',
  AUX: 'ist sind bin bist seid war waren warst wart wäre wären gewesen sei seien hat haben habe hast habt hatte hatten hätte hätten gehabt wird werden werde wirst werdet wurde wurden würde würden geworden worden kann können könnte könnten konnte konnten kannst könnt muss müssen muß musste mussten müsste müssten müsst soll sollen sollte sollten sollst will wollen wollte wollten willst darf dürfen durfte durften dürfte dürften mag mögen möchte möchten mochte',
  PART: 'nicht zu ja nein',
  INTJ: 'hallo tschüss danke bitte ach oh',
  PRON: 'ich du er sie es wir man sich wer was jemand niemand etwas nichts selbst selber einander',
  ADV: 'auch noch dann dort hier da heute gestern jetzt nun schon nur so sehr mehr meist meistens oft immer wieder mal einmal nie niemals bald später früher zuerst zuletzt zunächst danach davor dabei dazu daher darum deshalb deswegen trotzdem jedoch allerdings außerdem also etwa ungefähr fast kaum ganz teils teilweise gebietsweise stellenweise zeitweise vereinzelt örtlich vielerorts mancherorts hierzulande überall nirgends irgendwo drüben oben unten vorn vorne hinten links rechts draußen drinnen unterwegs morgens mittags nachmittags abends nachts tagsüber vormittags übermorgen vorgestern vielleicht wohl eher sogar gerade eben bereits erst weiter weiterhin weithin anschließend schließlich endlich sonst zusammen allein allmählich zumindest mindestens höchstens besonders vor allem insgesamt meistenorts unterdessen inzwischen mittlerweile herum heraus hinaus hinein herein hinauf herauf hinunter herunter daran darauf darüber darunter davon damals dagegen hinweg nordwärts südwärts ostwärts westwärts viel wenig genug zudem ebenfalls ebenso genauso anders gern gerne lieber leider hoffentlich womöglich möglicherweise wahrscheinlich natürlich',
}

/** Whose forms are not their base form: they count as one item each. */
const bases: Readonly<Record<string, string>> = {
  ...{
    mich: 'ich',
    mir: 'ich',
    dich: 'du',
    dir: 'du',
    ihn: 'er',
    ihm: 'er',
    ihnen: 'sie',
    uns: 'wir',
    euch: 'ihr',
    wem: 'wer',
    wen: 'wer',
  },
  ...{
    viele: 'viel',
    vielen: 'viel',
    vieler: 'viel',
    wenige: 'wenig',
    wenigen: 'wenig',
    weniger: 'wenig',
    weitere: 'weiter',
    weiteren: 'weiter',
  },
}

const known = new Map<string, Item>([
  // Earlier classes win: "da" is met as an adverb more often, but means little.
  ...Object.entries(closed)
    .reverse()
    .flatMap(([pos, words]) => words.split(' ').map((word): [string, Item] => [word, { lemma: word, pos: pos as UniversalPos }])),
  ...Object.entries(bases).map(([form, lemma]): [string, Item] => [form, { lemma, pos: /^(viel|we)/.test(lemma) ? 'ADJ' : 'PRON' }]),
])

/** Adjectives whose comparison changes their vowel, by how it begins. */
const compared: Readonly<Record<string, string>> = {
  ...{ stärk: 'stark', läng: 'lang', wärm: 'warm', kält: 'kalt', größ: 'groß', höh: 'hoch', näh: 'nah', kürz: 'kurz' },
  ...{ schwäch: 'schwach', jüng: 'jung', ält: 'alt', härt: 'hart', schärf: 'scharf', bess: 'gut', gröb: 'grob' },
}
const comparison = new RegExp(`^(${Object.keys(compared).join('|')})(?:er(?:e[nrms]?)?|e?s?te[nrms]?)$`)

const ones = 'ein|eins|zwei|zwo|drei|vier|fünf|sechs|sech|sieben|sieb|acht|neun'
const tens = 'zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig'
const small = `null|${ones}|zehn|elf|zwölf|(?:${ones})zehn|(?:(?:${ones})und)?(?:${tens})`
const numeral = new RegExp(`^(?:(?:${ones})?tausend(?:und)?)?(?:(?:${ones})?hundert(?:und)?)?(?:${small})?$`)
const ordinal = new RegExp(`^((?:erst|dritt|siebt|(?:${small})s?t)(?=e[nrms]?$))e[nrms]?$`)

/** A word of a closed class or a number, by its lower-case form; undefined for others. */
export function closedWord(word: string): Item | undefined {
  const item = known.get(word)
  if (item) return item
  if (/^\d+([.,]\d+)?$/.test(word) || (word !== '' && numeral.test(word))) return { lemma: word, pos: 'NUM' }
  const stem = comparison.exec(word)?.[1]
  if (stem !== undefined) return { lemma: compared[stem]!, pos: 'ADJ' }
  const base = ordinal.exec(word)?.[1]
  return base === undefined ? undefined : { lemma: base, pos: 'ADJ' }
}
