// English words, tagged and in their base form, by wink-nlp and its model for the web.

import { optionalPackage } from '../../base/optional.js'
import { type UniversalPos, universalPos } from '../../text/pseudo_gloss/item.js'
import type { Analyser } from './analyser.js'

/** Throws ERR_CONFIG naming the package that is not installed. */
export async function englishAnalyser(): Promise<Analyser> {
  const who = 'pseudo-glosses of English'
  const { default: winkNlp } = await optionalPackage('wink-nlp', who, () => import('wink-nlp'))
  const { default: model } = await optionalPackage('wink-eng-lite-web-model', who, () => import('wink-eng-lite-web-model'))
  const nlp = winkNlp(model, ['sbd', 'pos'])
  return (sentence) => {
    const tokens = nlp.readDoc(sentence).tokens()
    // The package's types give this one other arguments than it is called with.
    const lemmas = tokens.out(nlp.its.lemma as unknown as typeof nlp.its.value)
    const tags = tokens.out(nlp.its.pos)
    return lemmas.map((lemma, i) => ({ lemma: lemma.toLowerCase(), pos: asPos(tags[i]!) }))
  }
}

const asPos = (tag: string): UniversalPos => ((universalPos as readonly string[]).includes(tag) ? (tag as UniversalPos) : 'X')
