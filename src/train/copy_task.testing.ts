// A task for tests, and what a new task costs: letters in, the same letters out, by one embedding and one linear layer.

import * as z from 'zod'
import { Random } from '../base/random.js'
import type { Part } from '../checkpoint/arenas.js'
import { tensorsUnder, trainerState } from '../checkpoint/checkpoint.js'
import { readCheckpoint, saveCheckpoint } from '../checkpoint/file.js'
import { restored, withTensors } from '../checkpoint/one_model.js'
import type { Gpu } from '../device/gpu.js'
import { Program, Recorder } from '../device/program.js'
import type { HostTensors } from '../nn/host_tensor.js'
import { initialTensors, xavierUniform, zeros } from '../nn/init.js'
import { ParameterSet } from '../nn/parameter_set.js'
import { embedding } from '../ops/embedding.js'
import { Graph } from '../ops/graph.js'
import { linear } from '../ops/linear.js'
import { type BatchPlan, planEpoch } from './batches.js'
import * as part from './config/parts.js'
import { runParser } from './config/run_parser.js'
import { keys } from './config/schema.js'
import { OneModelTraining } from './one_model.js'
import type { BatchShape, HostArrays, PassReports, Task, Validation } from './task.js'
import { recordTokenLoss, tokenArrays, tokenFeeds, tokenLoss } from './tokens.js'
import type { SavedTraining } from './trainer.js'

const LETTERS = 12
const WIDTH = 16
const PADDING = 1

const run = keys({
  task: z.literal('copy'),
  ...part.identity,
  out: part.text,
  lines: part.count.default(24),
  model: keys({ preset: part.sizes.preset }).prefault({}),
  ...part.training,
  batch: keys({ size: part.count.default(4), bucket: part.count.default(4), microBatch: part.microBatch }).prefault({}),
  validate: keys({ every: part.count.default(10) }).prefault({}),
  ...part.keeping,
})
export type CopyConfig = z.output<typeof run>

type CopyStep = { readonly loss: number; readonly letters: number }
/** Share of letters that come out as they went in. */
type CopyScores = { readonly right: number }

export const copyTask: Task<CopyConfig, CopyStep, CopyScores> = {
  name: 'copy',
  example: 'line',
  unit: 'letter',
  unitsOf: ({ letters }) => letters,
  parse: runParser(run),
  fixedKeys: ['task', 'seed', 'lines', 'batch'],
  async load(config) {
    const random = Random.for(config.seed, 'lines')
    const letter = () => 4 + random.below(LETTERS - 4)
    const lines = Array.from({ length: config.lines }, () => Uint32Array.from({ length: 2 + random.below(7) }, letter))
    return {
      config,
      notes: [],
      begin: async (gpu) => ({ training: new CopyTraining(config, copyModel(gpu, config), lines), notes: [] }),
      async resume(gpu, path) {
        const checkpoint = await readCheckpoint(path)
        const tensors = (part: Part) => tensorsUnder(checkpoint, `${part}/`)
        const model = restored({ path, tensors }, true, (weights) => copyModel(gpu, config, weights))
        const training = new CopyTraining(config, model, lines)
        return { training, notes: checkpoint.notes, state: trainerState(checkpoint) as SavedTraining }
      },
    }
  },
  format: ({ right }) => `${(100 * right).toFixed(0)} % of the letters right`,
  scoreName: 'wrong letters',
}

type CopyModel = ReturnType<typeof copyModel>

function copyModel(gpu: Gpu, { precision, seed }: CopyConfig, tensors?: HostTensors) {
  const specs = [
    { name: 'table', shape: [LETTERS, WIDTH], init: xavierUniform },
    { name: 'out/weight', shape: [LETTERS, WIDTH], init: xavierUniform },
    { name: 'out/bias', shape: [LETTERS], init: zeros },
  ] as const
  const weights = new ParameterSet(gpu, specs, { training: true, precision })
  weights.load(tensors ?? initialTensors(specs, seed), 'copy')
  return { gpu, weights, check() {}, destroy: () => weights.destroy() }
}

class CopyTraining extends OneModelTraining<CopyModel, CopyStep, CopyScores> {
  protected override readonly group = 'letters'
  readonly #config: CopyConfig
  readonly #lines: readonly Uint32Array[]

  constructor(config: CopyConfig, model: CopyModel, lines: readonly Uint32Array[]) {
    super(model)
    this.#config = config
    this.#lines = lines
  }

  get examples(): number {
    return this.#lines.length
  }

  planEpoch(epoch: number): readonly BatchPlan[] {
    const sizes = this.#lines.map(({ length }) => ({ group: this.group, target: length, source: length }))
    return planEpoch(sizes, { ...this.#config.batch, seed: this.#config.seed, epoch })
  }

  nameOf(_: string, example: number): string {
    return `line ${example + 1}`
  }

  record(graph: Graph, { batch, target }: BatchShape) {
    const letters = tokenFeeds(graph.recorder, 'ids', [batch, target])
    const positions = graph.recorder.feed('positions', [target, WIDTH])
    const { weights } = this.model
    const x = embedding(graph, letters.tokens, weights.get('table'), positions)
    const logits = linear(graph, x, weights.get('out/weight'), weights.get('out/bias'))
    const { feeds, reports } = recordTokenLoss(graph, logits, { classes: LETTERS, ignored: PADDING, smoothing: 0 })
    return { feeds: { ...letters.feeds, positions, ...feeds }, reports }
  }

  feedsOf(pass: readonly number[], batch: BatchPlan): HostArrays {
    const goal = new Uint32Array(pass.length * batch.target).fill(PADDING)
    for (const [b, i] of pass.entries()) goal.set(this.#lines[i]!, b * batch.target)
    const share = 1 / this.#lettersOf(batch.examples)
    const coefficient = Float32Array.from(goal, (id) => (id === PADDING ? 0 : share))
    return { ...tokenArrays('ids', goal, PADDING), positions: new Float32Array(batch.target * WIDTH), goal, coefficient }
  }

  reportStep(batch: BatchPlan, passes: readonly PassReports[]): CopyStep {
    return { loss: tokenLoss(passes), letters: this.#lettersOf(batch.examples) }
  }

  async validate(): Promise<Validation<CopyScores>> {
    const use = await this.use()
    const logits = new Float32Array((await use.run())[0]!)
    await use.destroy()
    const best = (id: number) => {
      const row = logits.subarray(id * LETTERS, (id + 1) * LETTERS)
      return row.indexOf(Math.max(...row))
    }
    const letters = Array.from({ length: LETTERS - 4 }, (_, i) => i + 4)
    const right = letters.filter((id) => best(id) === id).length / letters.length
    return { result: { right }, score: 1 - right, scalars: { 'dev/right': right } }
  }

  async save(path: string, state: SavedTraining | undefined): Promise<void> {
    const content = { task: 'copy', model: { letters: LETTERS, width: WIDTH }, vocabularies: {}, state }
    await saveCheckpoint(path, await withTensors(this.model.weights, content))
  }

  /** The logits of every letter. */
  async use() {
    const recorder = new Recorder()
    const graph = new Graph(recorder)
    const ids = recorder.feed('ids', [LETTERS, 1], 'u32')
    const positions = recorder.feed('positions', [1, WIDTH])
    const x = embedding(graph, { ids }, this.model.weights.get('table'), positions)
    recorder.report(linear(graph, x, this.model.weights.get('out/weight'), this.model.weights.get('out/bias')))
    const program = await Program.build(this.gpu, recorder)
    program.write(
      ids,
      Uint32Array.from({ length: LETTERS }, (_, id) => id),
    )
    program.write(positions, new Float32Array(WIDTH))
    return { run: () => program.run(), destroy: async () => program.destroy() }
  }

  #lettersOf = (examples: readonly number[]): number => examples.reduce((sum, i) => sum + this.#lines[i]!.length, 0)
}
