// Pictures of held-out words: the signer, the nearest training clip, and each model, whole bodies and hands close up, as one PNG.
//
//   npm run learning:sheet -- --models old.safetensors,new.safetensors --data runs/learning/eight --language ASL --words 5 --out sheet.png

import { existsSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { SignError } from '../src/base/errors.js'
import { writeWhole } from '../src/base/files.js'
import { evalData, type SplitClip } from '../src/commands/eval_data.js'
import { generateSplit } from '../src/commands/eval_motions.js'
import { sourceOf } from '../src/data/source.js'
import type { Gpu } from '../src/device/gpu.js'
import type { LengthPolicy } from '../src/infer/length_policy.js'
import { nearestNeighbour } from '../src/metrics/baselines.js'
import type { Motion } from '../src/motion/clip.js'
import { encodePng } from '../src/outputs/png.js'
import { openGpu } from '../src/platform/node/open.js'
import { loadRunConfig } from '../src/tasks/run_file.js'
import { atLeastOne, benchArguments, common } from './arguments.js'
import { wordSheet } from './learning/word_sheet.js'

const WHO = 'learning:sheet'

const { values } = benchArguments(
  WHO,
  {
    models: { type: 'string', help: '<list> checkpoints of text-to-pose models, with commas between' },
    data: { type: 'string', help: '<path> a run file, a folder of splits, or the prefix of a held-out split beside its train split' },
    language: { type: 'string', help: '<tag> the language to show, where the data have several' },
    words: { type: 'string', default: '5', help: '<n> words, from short to long' },
    moments: { type: 'string', default: '6', help: '<n> moments of each, evenly spaced over the reference' },
    out: { type: 'string', default: 'sheet.png', help: '<file> the picture, a .png' },
    adapter: common.adapter,
  },
  {
    about:
      'Draws held-out words: reference, nearest training clip, and what each model makes of them, under the policy of the run file beside it.',
  },
)
const refuse = (problem: string, nextMove: string) => new SignError('ERR_USAGE', WHO, problem, nextMove)
const models = values.models?.split(',').filter(Boolean) ?? []
if (models.length === 0) throw refuse('wanted at least one model, got none', 'Pass --models')
if (values.data === undefined) throw refuse('wanted data with words to show, got none', 'Pass --data')
if (extname(values.out).toLowerCase() !== '.png') throw refuse(`wanted --out to end in .png, got ${values.out}`, 'Choose another name')
const lost = models.find((path) => !existsSync(path))
if (lost !== undefined) throw refuse(`wanted models that are there, got ${lost}`, 'Check the path')
const [count, moments] = [atLeastOne(WHO, '--words', values.words), atLeastOne(WHO, '--moments', values.moments)]

const data = await evalData([values.data], { split: 'test' })
const ofLanguage = <T>(all: readonly T[], languageOf: (one: T) => string) =>
  values.language === undefined ? all : all.filter((one) => languageOf(one) === values.language)
const clips = fromShortToLong(
  ofLanguage(data.clips, ({ clip }) => clip.language),
  count,
)
const train = ofLanguage(data.train, ({ language }) => language)
if (clips.length === 0) throw refuse(`wanted clips of ${values.language}, got none`, 'Check --language')

const { gpu } = await openGpu({ adapter: values.adapter })
const made: (readonly Motion[])[] = []
for (const path of models) made.push(await motionsOf(gpu, path, clips))
const words = clips.map(({ clip, source }, i) => ({
  title: `${clip.language}: ${sourceOf(clip, source)}`,
  rows: [
    { name: 'reference', motion: clip },
    ...(train.length > 0 ? [{ name: 'nearest', motion: nearestNeighbour(sameLanguage(clip.language), clip.text) }] : []),
    ...models.map((path, k) => ({ name: nameOf(path, k), motion: made[k]![i]! })),
  ],
}))
await writeWhole(values.out, encodePng(wordSheet(words, moments)))
await gpu.destroy()
console.log([...models.map((path, k) => `${nameOf(path, k)}: ${path}`), `saved in ${values.out}`].join('\n'))

/** Words of each length, evenly spaced from the shortest to the longest; of one length in the order of the split. */
function fromShortToLong(all: readonly SplitClip[], many: number): SplitClip[] {
  const sorted = [...all].sort((a, b) => lengthOf(a) - lengthOf(b))
  const shown = Math.min(many, sorted.length)
  return Array.from({ length: shown }, (_, k) => sorted[shown > 1 ? Math.round((k * (sorted.length - 1)) / (shown - 1)) : 0]!)
}

function lengthOf({ clip, source }: SplitClip): number {
  return sourceOf(clip, source).replaceAll(' ', '').length
}

function sameLanguage(language: string) {
  const own = train.filter((clip) => clip.language === language)
  return own.length > 0 ? own : train
}

/** What a model makes of every clip, its lengths decided as its run's validations decide them. Throws ERR_DATA for a sentence that it cannot read. */
async function motionsOf(device: Gpu, path: string, wanted: readonly SplitClip[]) {
  const runFile = join(dirname(path), 'config.yaml')
  const policy: LengthPolicy = existsSync(runFile) ? (await loadRunConfig(runFile)).validate.policy : 'auto'
  const { clips: read, motions, notes } = await generateSplit(device, path, wanted, { policy })
  if (read.length === wanted.length) return motions
  const got = `${read.length} of ${wanted.length} read: ${notes.join('; ')}`
  throw new SignError('ERR_DATA', path, `wanted a model that can read every word, got ${got}`, 'Show fewer words, or another model')
}

/** `1 words`: its place in the list and its run's folder. */
function nameOf(path: string, k: number): string {
  return `${k + 1} ${dirname(path).split('/').at(-1)!.slice(0, 9)}`
}
