// Whether features find the clips of sentences and the sentences of clips.

import type { Validation } from '../../train/task.js'

/** Of so many found first, the share of searches with a right one among them, 0 to 1. */
export interface Recall {
  readonly at1: number
  readonly at5: number
}

/** What a validation gives. */
export interface RetrievalScores {
  readonly clips: number
  /** Different sentences that they say. */
  readonly sentences: number
  /** The clips of a sentence, among all clips: any that says it is right. */
  readonly textToSign: Recall
  /** The sentence of a clip, among all that are different. */
  readonly signToText: Recall
  /** What finding in any order gives, of both. */
  readonly chance: { readonly textToSign: Recall; readonly signToText: Recall }
}

/** Features of clips, and of the sentence of each: directions of length 1. */
export interface MatchedFeatures {
  readonly texts: readonly string[]
  readonly signs: readonly Float32Array[]
  readonly sentences: readonly Float32Array[]
}

/** Scores features by how often each finds its like. */
export function scoreRetrieval({ texts, signs, sentences }: MatchedFeatures): Validation<RetrievalScores> {
  const distinct = [...new Set(texts)].map((text) => ({ text, feature: sentences[texts.indexOf(text)]! }))
  // Of several as near, the right ones count as found last: features that are all alike find nothing.
  const rankOf = (feature: Float32Array, others: readonly Float32Array[], isRight: (at: number) => boolean): number => {
    const nearness = others.map((other) => dot(feature, other))
    const best = Math.max(...nearness.filter((_, at) => isRight(at)))
    return nearness.filter((near, at) => !isRight(at) && near >= best).length
  }
  const recall = (ranks: readonly number[]): Recall => {
    const within = (count: number) => ranks.filter((rank) => rank < count).length / ranks.length
    return { at1: within(1), at5: within(5) }
  }
  const result: RetrievalScores = {
    clips: texts.length,
    sentences: distinct.length,
    textToSign: recall(distinct.map(({ text, feature }) => rankOf(feature, signs, (at) => texts[at] === text))),
    signToText: recall(
      signs.map((sign, i) =>
        rankOf(
          sign,
          distinct.map(({ feature }) => feature),
          (at) => distinct[at]!.text === texts[i],
        ),
      ),
    ),
    chance: chanceOf(
      texts,
      distinct.map(({ text }) => text),
    ),
  }
  const { textToSign, signToText } = result
  return {
    result,
    score: 1 - (textToSign.at1 + signToText.at1) / 2,
    scalars: {
      'dev/textToSign1': textToSign.at1,
      'dev/textToSign5': textToSign.at5,
      'dev/signToText1': signToText.at1,
      'dev/signToText5': signToText.at5,
    },
  }
}

function chanceOf(texts: readonly string[], distinct: readonly string[]): RetrievalScores['chance'] {
  const ofClips = (count: number) =>
    distinct.reduce((sum, text) => sum + chanceOfOne(texts.length, texts.filter((one) => one === text).length, count), 0) / distinct.length
  const ofSentences = (count: number) => chanceOfOne(distinct.length, 1, count)
  return {
    textToSign: { at1: ofClips(1), at5: ofClips(5) },
    signToText: { at1: ofSentences(1), at5: ofSentences(5) },
  }
}

/** The chance that one of `right` of `all` is among the first `count` in any order. */
function chanceOfOne(all: number, right: number, count: number): number {
  let none = 1
  for (let i = 0; i < Math.min(count, all); i++) none *= Math.max(0, all - right - i) / (all - i)
  return 1 - none
}

/** The nearest of some features. */
export function nearestOf(feature: Float32Array, others: readonly Float32Array[]): { readonly at: number; readonly cosine: number } {
  const nearness = others.map((other) => dot(feature, other))
  const cosine = Math.max(...nearness)
  return { at: nearness.indexOf(cosine), cosine }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** Lines for people. */
export function formatRetrieval({ clips, sentences, textToSign, signToText, chance }: RetrievalScores): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`
  const line = (what: string, found: Recall, any: Recall) =>
    `${what}: recall@1 ${percent(found.at1)} (by chance ${percent(any.at1)}), recall@5 ${percent(found.at5)} (${percent(any.at5)})`
  return [
    line('text to sign', textToSign, chance.textToSign),
    line('sign to text', signToText, chance.signToText),
    `${clips} clips, ${sentences} different sentences`,
  ].join('\n')
}
