// What is wrong between keys of a text-to-pose run file that are each right by themselves.

import { isDrawnIn } from '../../data/synthetic/in_layout.js'
import { knowsLength, presets, unfittingCounter, unfittingHead } from '../../model/config.js'
import type { Layout } from '../../motion/layout/layout.js'
import { layouts } from '../../motion/layout/layouts.js'
import { endless, unfittingSizes } from '../../train/config/parts.js'
import type { Written } from './config.js'
import { drawsClips, weighsBatches } from './priority.js'

/** What is wrong: where, and how to say it. */
export function* contradictions(config: Written): Generator<[path: (string | number)[], message: string]> {
  const { validate, model, sampling } = config
  const seen = new Set<string>()
  for (const [i, entry] of config.data.entries()) {
    const path = 'synthetic' in entry ? ['synthetic', 'languages'] : ['shards' in entry ? 'languages' : 'language']
    for (const language of languagesOf(entry)) {
      if (seen.has(language)) yield [['data', i, ...path], `wanted each language once, got ${language} again`]
      seen.add(language)
    }
  }
  const sized = { ...presets[model.preset], ...model }
  if (validate.policy === 'self-counter' && !sized.counterHead)
    yield [['validate', 'policy'], 'wanted another with `model.counterHead: false`, which predicts no counter, got self-counter']
  if (validate.policy === 'predicted-length' && !knowsLength(model))
    yield [['validate', 'policy'], 'wanted `model.durations: true` or `model.lengthHead: true` with it, got neither']
  if (model.durations && model.lengthHead)
    yield [['model', 'lengthHead'], 'wanted false with `model.durations`, whose sum is the length, got true']
  if (sampling.share > 0 && model.justCounter)
    yield [['sampling', 'share'], `wanted 0 with model.justCounter, whose decoder sees no frames, got ${sampling.share}`]
  if (sampling.passes > model.maxFrames)
    yield [['sampling', 'passes'], `wanted at most model.maxFrames, ${model.maxFrames}, got ${sampling.passes}`]
  for (const key of ['mirror', 'rotation'] as const)
    if (model.justCounter && config.augment[key] > 0)
      yield [
        ['augment', key],
        `wanted 0 with model.justCounter, whose decoder cannot see how a clip is mirrored or turned, got ${config.augment[key]}`,
      ]
  if (config.initFrom !== null && config.base !== null) yield [['initFrom'], 'wanted `base` or `initFrom`, got both']
  if (config.batch.microBatch !== null && weighsBatches(config.learning.mode))
    yield [
      ['batch', 'microBatch'],
      `wanted null with learning.mode ${config.learning.mode}, whose rewards are weighed over a whole batch, got ${config.batch.microBatch}`,
    ]
  for (const key of ['bones', 'velocity'] as const) yield* unfittingLoss(config, key)
  if (config.learning.mode !== 'rl+plc' && config.learning.priority !== 'error') {
    const { mode, priority } = config.learning
    yield [['learning', 'priority'], `wanted error with learning.mode ${mode}, since rl+plc alone draws by another, got ${priority}`]
  }
  if (config.groups === 'shared' && config.base !== null)
    yield [
      ['base'],
      'wanted none in a shared group, whose words and weights are those of all its languages, got one: train it anew on all of them, or with groups: each',
    ]
  if (config.groups === 'shared') yield* unlikeSources(config)
  const counterProblem = unfittingCounter(sized)
  if (counterProblem) yield [['model', 'counterHead'], counterProblem]
  const headProblem = unfittingHead(model)
  if (headProblem) yield [['model', model.layout === 'skeleton-50' ? 'futureFrames' : 'head'], headProblem]
  yield* unfittingPoints(config)
  yield* unfittingLayout(config)
  yield* unfittingDraw(config)
  yield* unfittingSizes(config, 1)
  yield* endless(config)
}

/** What one group cannot read together: all languages in LangGloss, or all in sentences that a token before them tells the language of. */
function* unlikeSources({ data }: Written): Generator<[path: (string | number)[], message: string]> {
  const sourceOf = (entry: Written['data'][number]) => ('synthetic' in entry ? 'lang_gloss' : entry.source)
  const first = sourceOf(data[0]!)
  for (const [i, entry] of data.entries())
    if (sourceOf(entry) !== first) {
      const path = 'synthetic' in entry ? 'synthetic' : 'source'
      yield [['data', i, path], `wanted one source in a shared group, ${first} as data[0] has it, got ${sourceOf(entry)}`]
    }
}

/** What cannot be asked of the loss on points. */
function* unfittingPoints({ loss, model, scaling, learning }: Written): Generator<[path: string[], message: string]> {
  const { parts, byConfidence, visibility } = loss
  const { scores = presets[model.preset].scores } = model
  const isSkeleton = model.layout === 'skeleton-50'
  const weighs = weighsBatches(learning.mode)
  for (const [part, weight] of Object.entries(parts)) {
    const path = ['loss', 'parts', part]
    if (weight !== 1 && isSkeleton) yield [path, `wanted 1 with model.layout skeleton-50, whose fingers loss.bones weighs, got ${weight}`]
    else if (weight !== 1 && weighs)
      yield [path, `wanted 1 with learning.mode ${learning.mode}, whose rewards do not weigh it, got ${weight}`]
  }
  if (Object.values(parts).every((weight) => weight === 0))
    yield [['loss', 'parts'], 'wanted a weight above 0 for body, hands or face, got 0 for each']
  if (byConfidence && !layouts[model.layout]?.confidence)
    yield [['loss', 'byConfidence'], `wanted false with model.layout ${model.layout}, whose points tell no confidence, got true`]
  if (visibility !== undefined && scores !== 'seen')
    yield [['loss', 'visibility'], `wanted model.scores seen with it, of which it is the weight, got ${scores}`]
  if (scores === 'seen' && scaling === 'columns')
    yield [['scaling'], 'wanted spread or raw with model.scores seen, whose numbers are probabilities, got columns']
}

/** The languages that an entry names. */
function languagesOf(entry: Written['data'][number]): readonly string[] {
  if ('synthetic' in entry) return entry.synthetic.languages
  return 'shards' in entry ? (entry.languages ?? []) : [entry.language]
}

/** What cannot be done in one run with how languages and clips are drawn. */
function* unfittingDraw({ data, groups, batch, learning }: Written): Generator<[path: (string | number)[], message: string]> {
  if (groups === 'shared' && data.length > 1)
    for (const [i, entry] of data.entries())
      if ('shards' in entry) yield [['data', i, 'shards'], `wanted one corpus in a shared group with shards, got ${data.length}`]
  if (batch.temperature === null) return
  const got = `got ${batch.temperature}`
  if (batch.order === 'fixed') yield [['batch', 'temperature'], `wanted null with batch.order fixed, in which nothing is drawn, ${got}`]
  if (drawsClips(learning.mode))
    yield [['batch', 'temperature'], `wanted null with learning.mode ${learning.mode}, which draws clips by their errors, ${got}`]
}

/** What cannot be done with frames of the run's layout. */
function* unfittingLayout({ data, model, augment, learning }: Written): Generator<[path: (string | number)[], message: string]> {
  // A model with a fault of its own does not say whose points it has.
  const layout: Layout | undefined = layouts[model.layout]
  const { scores = presets[model.preset].scores } = model
  if (layout && scores !== 'none' && !layout.confidence)
    yield [['model', 'scores'], `wanted none with model.layout ${layout.name}, whose points are all seen, got ${scores}`]
  if (!layout || layout.name === 'skeleton-50') return
  const { name, dims, otherSide, confidence } = layout
  for (const [i, entry] of data.entries())
    if ('synthetic' in entry && !isDrawnIn(name))
      yield [
        ['data', i, 'synthetic'],
        `wanted files with model.layout ${name}, got the built-in corpus, which is of skeleton-50 or dwpose-128`,
      ]
  if (augment.mirror > 0 && !otherSide)
    yield [
      ['augment', 'mirror'],
      `wanted 0 with model.layout ${name}, of whose points nobody has told which mirror each other, got ${augment.mirror}`,
    ]
  if (augment.rotation > 0 && dims === 2)
    yield [['augment', 'rotation'], `wanted 0 with model.layout ${name}, which has no depth to turn in, got ${augment.rotation}`]
  if (confidence && weighsBatches(learning.mode))
    yield [
      ['learning', 'mode'],
      `wanted a mode without rewards over a batch with model.layout ${name}, whose points may be unseen, got ${learning.mode}`,
    ]
}

/** Why a loss beside that on joints cannot have its weight: it knows the frame that is next, and no rewards. */
function* unfittingLoss({ loss, model, learning }: Written, key: 'bones' | 'velocity'): Generator<[path: string[], message: string]> {
  const got = loss[key] ?? 0
  if (got === 0) return
  const path = ['loss', key]
  if (model.layout !== 'skeleton-50' && key === 'bones')
    yield [path, `wanted 0 with model.layout ${model.layout}, whose bones it does not know, got ${got}`]
  if (model.futureFrames > 1)
    yield [path, `wanted 0 with model.futureFrames ${model.futureFrames}, of which it knows the first alone, got ${got}`]
  if (weighsBatches(learning.mode)) yield [path, `wanted 0 with learning.mode ${learning.mode}, whose rewards do not weigh it, got ${got}`]
}
