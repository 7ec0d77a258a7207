// Does Prompt2LangGloss learn? Prompts in eight languages, half naming the sign language; sentences that were never seen, of words that were.
// At least 95 % of the glosses exactly right, and the language right in at least 99 % of the prompts that name it. Needs no data.
//
//   npm run learning:prompts

import { writeWhole } from '../src/base/files.js'
import { Random } from '../src/base/random.js'
import { syntheticCorpus } from '../src/data/synthetic.js'
import { openGpu } from '../src/device/open.js'
import { type DecodedGloss, GlossDecoder } from '../src/infer/gloss_decoder.js'
import { GlossModel } from '../src/model/text_to_gloss.js'
import { langGlossLine, parseLangGloss } from '../src/text/lang_gloss.js'
import { fillPrompt, languageNamedIn, templatesOf, withLanguageField } from '../src/text/prompts.js'
import { Vocabulary } from '../src/text/vocabulary.js'
import { GlossTrainer } from '../src/train/gloss_trainer.js'
import { Progress } from '../src/train/progress.js'

const STEPS = 9000
/** Prompts made of a training sentence. */
const PROMPTS = 6

interface Line {
  readonly language: string
  readonly prompt: string
  readonly gloss: string
}

const random = new Random(7)
const { train, dev, test } = syntheticCorpus({ clipsPerLanguage: 160, words: 20, wordsPerSentence: [1, 3], seed: 5 })
const lineOf = (clip: (typeof train)[number]): Line => {
  const { named, unnamed } = templatesOf(clip.language)
  const templates = random.uniform() < 0.5 ? named : unnamed
  return {
    language: clip.language,
    prompt: fillPrompt(templates[random.below(templates.length)]!, clip.text),
    gloss: langGlossLine(clip, 'words'),
  }
}
const lines = train.flatMap((clip) => Array.from({ length: PROMPTS }, () => lineOf(clip)))
const held = [...dev, ...test].map(lineOf)
const read = ({ prompt, language }: Line) => withLanguageField(prompt, language)
const source = Vocabulary.build(lines.map(read), 'words')
const gloss = Vocabulary.build(
  lines.map((line) => line.gloss),
  'whitespace',
)

const { gpu } = await openGpu()
const config = {
  width: 64,
  heads: 4,
  hidden: 256,
  encoderLayers: 1,
  decoderLayers: 2,
  dropout: 0,
  activation: 'relu',
  maxTokens: 48,
} as const
const model = new GlossModel(gpu, { config, source, gloss }, { training: true })
const pairs = lines.map((line) => ({ source: source.encode(read(line)), gloss: gloss.encode(line.gloss) }))
const trainer = new GlossTrainer(gpu, model, pairs, { steps: STEPS, batch: 16, rate: 3e-3 })
const progress = new Progress({ total: STEPS, stream: process.stderr, json: false })
progress.note(`${lines.length} prompts of ${train.length} sentences, ${source.size} words to ${gloss.size} glosses, on ${gpu.label}`)
const began = performance.now()
while (trainer.step < STEPS) {
  const { step, loss } = await trainer.trainStep()
  progress.update({ step, loss, frames: 16 })
}
progress.done()
const seconds = Math.round((performance.now() - began) / 1000)

const decoder = new GlossDecoder(gpu, model)
const decoded: DecodedGloss[] = []
for (let i = 0; i < held.length; i += 16)
  decoded.push(...(await decoder.decode(held.slice(i, i + 16).map(read), { beams: 4, lengthPenalty: 1, limit: 12 })))
const right = held.map((line, i) => decoded[i]!.tokens.join(' ') === line.gloss)
const languageRight = held.map(
  ({ language }, i) => decoded[i]!.tokens.length > 0 && decoded[i]!.tokens.every((token) => parse(token) === language),
)
const share = (hits: readonly boolean[], of = (_: Line) => true) => {
  const counted = hits.filter((_, i) => of(held[i]!))
  return counted.filter(Boolean).length / counted.length
}
const names = ({ prompt }: Line) => languageNamedIn(prompt) !== undefined
const result = {
  adapter: gpu.label,
  seconds,
  held: held.length,
  exact: share(right),
  exactNamed: share(right, names),
  exactTold: share(right, (line) => !names(line)),
  languageNamed: share(languageRight, names),
  languages: Object.fromEntries(
    [...new Set(held.map(({ language }) => language))].map((tag) => [tag, share(right, ({ language }) => language === tag)]),
  ),
}
const passed = result.exact >= 0.95 && result.languageNamed >= 0.99
await writeWhole('bench/results/learning-prompts.json', `${JSON.stringify({ ...result, passed }, null, 2)}\n`)
console.log(result, passed ? 'passed' : 'NOT passed')
for (const [i, line] of held.entries())
  if (!right[i]) console.log(`wrong: ${read(line)}\n   got ${decoded[i]!.tokens.join(' ')}\n  want ${line.gloss}`)
process.exit(passed ? 0 : 1)

/** The language of a token, or nothing for one that has none. */
function parse(token: string): string | undefined {
  return token.startsWith('<') && token.includes('_') ? parseLangGloss(token).language : undefined
}
