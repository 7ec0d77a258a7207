// The curve of one training of an ablation: trained, or kept from an earlier command.

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import type { Gpu } from '../device/gpu.js'
import type { TrainingConfig } from '../train/config/parts.js'
import { sameRunFile } from '../train/run/folder.js'
import { runTask, type TrainRunOptions } from '../train/run/run.js'
import type { AnyTask } from '../train/task.js'
import { warn } from './say.js'

/** JSON has no NaN. */
const measured = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN)

const point = z.strictObject({ step: z.number(), seconds: z.number(), score: measured, scalars: z.record(z.string(), measured) })

/** As it was kept when only text-to-pose runs could be compared. */
const olderPoint = z
  .strictObject({ step: z.number(), seconds: z.number(), dtw: measured, wristPathRatio: measured })
  .transform(
    ({ step, seconds, dtw, wristPathRatio }): z.infer<typeof point> => ({ step, seconds, score: dtw, scalars: { dtw, wristPathRatio } }),
  )

/** A run's validations as kept in its folder; seconds count training steps only, a lower score is better. `parameters` are those that learn. */
const savedCurve = z.strictObject({
  steps: z.number(),
  seconds: z.number(),
  parameters: z.number().exactOptional(),
  points: z.array(z.union([point, olderPoint])),
})
export type SavedCurve = z.output<typeof savedCurve>

/** Trains a run to its end and keeps its curve. Rejects with the signal's reason where it was stopped before. */
export async function trainCurve(
  task: AnyTask,
  gpu: Gpu,
  config: TrainingConfig,
  { json, say, ...options }: { readonly json: boolean; readonly say: (line: string) => void } & TrainRunOptions,
): Promise<SavedCurve> {
  const points: SavedCurve['points'] = []
  let [seconds, steps, parameters] = [0, 0, 0]
  let since = performance.now()
  for await (const event of runTask(task, gpu, config, options)) {
    if (event.kind === 'start') {
      parameters = event.parameters
      for (const note of event.notes) warn(note, { json })
    }
    if (event.kind === 'step') {
      seconds += (performance.now() - since) / 1000
      steps = event.step
    }
    if (event.kind === 'validation') {
      const { step, score } = event
      const scalars = Object.fromEntries(Object.entries(event.scalars).map(([name, value]) => [name.replace(/^dev\//, ''), value]))
      points.push({ step, seconds, score, scalars })
      say(`  step ${step}, ${seconds.toFixed(1)} s: ${task.scoreName} ${score.toFixed(3)}`)
    }
    since = performance.now()
  }
  options.signal?.throwIfAborted()
  const run = { steps, seconds, parameters, points }
  await writeWhole(join(config.out, 'curve.json'), `${JSON.stringify(run)}\n`)
  return run
}

/** The curve of a run that went to its end before, under the very same run file; undefined where there is none, or another's. */
export async function keptCurve(config: TrainingConfig, read: (path: string) => Promise<TrainingConfig>): Promise<SavedCurve | undefined> {
  const [curve, runFile] = ['curve.json', 'config.yaml'].map((name) => join(config.out, name)) as [string, string]
  if (!existsSync(curve) || !existsSync(runFile) || !sameRunFile(await read(runFile), config)) return undefined
  try {
    return savedCurve.parse(JSON.parse(await readFile(curve, 'utf8')))
  } catch (cause) {
    throw new SignError('ERR_DATA', curve, `wanted a run's curve, got ${(cause as Error).message}`, 'Delete that file', { cause })
  }
}

/** Trainings one after the other as one: steps and seconds go on counting. */
export function oneAfterTheOther(curves: readonly SavedCurve[]): SavedCurve {
  return curves.reduce((before, { points, ...own }) => ({
    ...own,
    steps: before.steps + own.steps,
    seconds: before.seconds + own.seconds,
    points: [
      ...before.points,
      ...points.map((point) => ({ ...point, step: before.steps + point.step, seconds: before.seconds + point.seconds })),
    ],
  }))
}
