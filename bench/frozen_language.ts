// What it saves to freeze the language model of sign to text and train adapters (LoRA) instead: a training step with a frozen one, in f32 and in f16, and
// one of the same model trained whole, by turns in one process. On software drivers time is this process's CPU time, which other work on the machine
// does not move.
//
//   npm run bench:frozen-language -- --out bench/results/frozen-language-lavapipe.json

import { writeWhole } from '../src/base/files.js'
import { Random } from '../src/base/random.js'
import { formatTable } from '../src/base/table.js'
import { signTextArrays } from '../src/infer/sign_text_reader.js'
import { LanguageModel, type LanguageModelConfig } from '../src/model/language_model.js'
import { signPresets } from '../src/model/sign_sizes.js'
import { type SignToTextConfig, SignToTextModel } from '../src/model/sign_to_text.js'
import type { LanguageStorage } from '../src/nn/language_model.js'
import { isTrainable, trainedNumbers } from '../src/nn/parameter_spec.js'
import { openGpu } from '../src/platform/node/open.js'
import { groupArenas, mebibytes, total } from '../src/profile/memory_plan.js'
import { summarise } from '../src/profile/timing.js'
import { sentenceArrays } from '../src/tasks/language_model/batch.js'
import { recordTextLosses } from '../src/tasks/sign_to_text/losses.js'
import { Vocabulary } from '../src/text/vocabulary.js'
import { StepProgram } from '../src/train/step_program.js'
import { atLeastOne, benchArguments, common } from './arguments.js'
import { clockOf, stopwatch } from './stopwatch.js'
import { noiseWords } from './training_step.js'

const { values } = benchArguments(
  'bench:frozen-language',
  {
    adapter: common.adapter,
    width: {
      type: 'string',
      default: '256',
      help: '<n> of the language model, a multiple of 64; its feed-forward layers are four times as wide',
    },
    layers: { type: 'string', default: '6', help: '<n> of the language model' },
    turns: { type: 'string', default: '9', help: '<n> how often the ways alternate' },
    out: { type: 'string', help: '<file> where to save the results as JSON' },
    json: common.json,
  },
  { about: 'Measures a training step of sign to text with a frozen language model, and one of the same model trained whole, alternately.' },
)
const numberOf = (name: 'width' | 'layers' | 'turns') => atLeastOne('bench:frozen-language', `--${name}`, values[name])
const [width, layers, turns] = [numberOf('width'), numberOf('layers'), numberOf('turns')]

const [BATCH, FRAMES, TOKENS, WORDS] = [8, 96, 24, 4096]
const text = Vocabulary.build([noiseWords(WORDS).join(' ')], 'whitespace')
const { padding, start, end } = text.special
const language: LanguageModelConfig = {
  ...{ width, heads: width / 64, hidden: 4 * width, layers, vocabulary: text.size, maxTokens: TOKENS },
  ...{ dropout: 0.1, attentionDropout: 0.1, activationDropout: 0, activation: 'gelu-erf', padding, start, end },
}
const config: SignToTextConfig = {
  signs: { ...signPresets.tiny, input: 'poses', numbers: 150, maxFrames: FRAMES },
  signsTrained: true,
  adapters: { rank: 4, alpha: 4, dropout: 0.1, gate: 'clamp' },
  language,
  maxTokens: TOKENS,
}

interface Way {
  readonly name: string
  readonly storage: LanguageStorage
}
const ways: readonly Way[] = [
  { name: 'trained whole', storage: { frozen: false } },
  { name: 'frozen, f32', storage: { frozen: true } },
  { name: 'frozen, f16', storage: { frozen: true, stored: 'f16' } },
]

/** Clips and sentences of noise, all of full length. */
function noiseBatch() {
  const random = new Random(1)
  const clips = Array.from({ length: BATCH }, () => ({
    values: Float32Array.from({ length: FRAMES * config.signs.numbers }, () => 0.3 * random.normal()),
    frames: FRAMES,
  }))
  const words = noiseWords(WORDS)
  const sentences = clips.map(() => text.encode(Array.from({ length: TOKENS - 1 }, () => words[random.below(words.length)]!).join(' ')))
  const { at: wordAt, lengths: givenLengths, ...spoken } = sentenceArrays(sentences, { batch: BATCH, length: TOKENS }, language)
  return { ...signTextArrays(clips, { rows: BATCH, length: FRAMES }, config.signs), ...spoken, wordAt, givenLengths }
}

const { gpu } = await openGpu({ adapter: values.adapter })
const clock = clockOf(gpu.software)
const arrays = noiseBatch()
const settings = { seed: Uint32Array.of(1, 1, 0, 0), hyper: [3e-4, 0.9, 0.999, 1e-8, 0.1, 0.001] }
const optimiser = { kind: 'adamw', weightDecay: 1e-3, decayed: 'weights', clipElements: 1 } as const

/** A step of one way, with its counts. */
async function measuredWay({ name, storage }: Way) {
  const spoken = new LanguageModel(gpu, language, { training: !storage.frozen, ...storage })
  const description = {
    config,
    frozen: { mark: '0', stored: storage.stored ?? 'f32' },
    text,
    languages: ['GSL'],
    fps: 25,
    trainedOn: [],
    seed: 27,
  }
  const model = new SignToTextModel(gpu, description, spoken, { training: true })
  const sets = storage.frozen ? [model.weights] : [model.weights, spoken.weights]
  const weights = { ranges: sets.flatMap(({ ranges }) => ranges), dummy: model.weights.dummy, scaling: undefined }
  const shape = { batch: BATCH, source: FRAMES, target: TOKENS }
  const step = await StepProgram.record(gpu, weights, (graph) => recordTextLosses(graph, model, shape, 0.1), { clip: 1, optimiser })
  const { steps, plan } = step.program
  const costs = steps.map(({ kernel, params }) => kernel.cost(params))
  const arenas = [model.weights, spoken.weights].flatMap((set) => groupArenas({ name: '', weights: set, tables: [] }))
  return {
    name,
    run: () => step.run(arrays, settings),
    times: [] as number[],
    counts: {
      trained: total(sets.map(({ specs }) => trainedNumbers(specs.filter(isTrainable)))),
      dispatches: steps.length,
      weightGradients: steps.filter(({ kernel }) => /(weight|embedding)_grad$/.test(kernel.name)).length,
      flops: total(costs.map(({ flops }) => flops)),
      movedBytes: total(costs.map(({ bytes }) => bytes)),
      stateBytes: total(arenas.map(({ bytes }) => bytes)),
      activationBytes: total(plan.slots),
    },
  }
}

const measured = []
for (const way of ways) measured.push(await measuredWay(way))
// The first turn compiles and warms up.
for (let turn = 0; turn <= turns; turn++)
  for (const { run, times } of measured) {
    const elapsed = stopwatch(clock)
    await run()
    if (turn > 0) times.push(elapsed())
  }

const rows = measured.map(({ name, times, counts }) => ({ name, stepMs: summarise(times).median, ...counts }))
const [whole] = rows as [(typeof rows)[number]]
const result = { adapter: gpu.label, clock, turns, width, layers, batch: BATCH, frames: FRAMES, tokens: TOKENS, rows }
if (values.out) await writeWhole(values.out, `${JSON.stringify(result, null, 2)}\n`)
console.log(
  values.json
    ? JSON.stringify(result)
    : `${formatTable([
        [
          '',
          'step, ms',
          'against whole',
          'trained numbers',
          'dispatches',
          'weight gradients',
          'GFLOP',
          'moved',
          'weights, gradients, moments',
          'activations',
        ],
        ...rows.map((row) => [
          row.name,
          row.stepMs.toFixed(1),
          `× ${(row.stepMs / whole.stepMs).toFixed(3)}`,
          row.trained.toLocaleString('en'),
          String(row.dispatches),
          String(row.weightGradients),
          (row.flops / 1e9).toFixed(2),
          mebibytes(row.movedBytes),
          mebibytes(row.stateBytes),
          mebibytes(row.activationBytes),
        ]),
      ])}\n${clock}, ${gpu.label}`,
)
process.exit()
