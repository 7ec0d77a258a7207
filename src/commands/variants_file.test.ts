import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseRunConfig } from '../tasks/text_to_pose/config.js'
import { textToPose } from '../tasks/text_to_pose/task.js'
import { type AnyTask, taskRun } from '../train/task.js'
import { type PlannedRun, planRuns } from './ablation_plan.js'
import { readVariants } from './variants_file.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-variants-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const source = `
name: base
out: runs/base
data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 12, words: 6 } }]
model: { width: 16, heads: 2, hidden: 16, encoderLayers: 1, decoderLayers: 1, maxFrames: 40, maxTokens: 8 }
`
const config = parseRunConfig(source, 'base.yaml')
const task: AnyTask = taskRun(textToPose, config).task

async function plan(variants: string, seeds: readonly number[] = [1]) {
  const path = join(folder, 'v.yaml')
  await writeFile(path, variants)
  return planRuns(task, { config, written: parse(source) as object }, await readVariants(path), seeds)
}

describe('a file of variants', () => {
  it('is planned as runs in folders of their own, any number of keys changed', async () => {
    const runs = await plan(
      '- { name: plain }\n- { name: both, set: { model.width: 32, data.0.synthetic.words: 7, loss.kind: l1 } }\n',
      [1, 2],
    )
    expect(runs.map(({ variant, seed, stages }) => [variant, seed, stages.map(({ out }) => out)])).toEqual([
      ['plain', 1, ['runs/base/plain-1']],
      ['both', 1, ['runs/base/both-1']],
      ['plain', 2, ['runs/base/plain-2']],
      ['both', 2, ['runs/base/both-2']],
    ])
    expect(runs[3]!.stages[0]).toMatchObject({
      name: 'base-both-2',
      seed: 2,
      model: { width: 32 },
      loss: { kind: 'l1' },
      data: [{ synthetic: { words: 7 } }],
    })
  })

  it('may name keys in sections, which keep their other keys', async () => {
    const [nested] = await plan('- { name: a, set: { model: { width: 32 }, loss: { kind: l1 } } }')
    expect(nested!.stages[0]).toMatchObject({ model: { width: 32, heads: 2, hidden: 16, maxFrames: 40 }, loss: { kind: 'l1' } })
    await expect(plan('- { name: a, set: { model: { widht: 32 } } }')).rejects.toThrow('widht')
  })

  it('decides anew what the run file leaves open, by what a variant changes', async () => {
    const [usual, published, named, weighed] = await plan(
      [
        '- { name: usual }',
        '- { name: published, set: { model.preset: pt-base } }',
        '- { name: named, set: { model.futureFrames: 3, loss.bones: 0 } }',
        '- { name: weighed, set: { learning.mode: rwr } }',
      ].join('\n'),
    )
    const own = ({ stages }: PlannedRun) => stages[0] as typeof config
    expect(own(usual!)).toMatchObject({
      model: { justCounter: true, durations: true, head: 'bones' },
      loss: { bones: 1, velocity: 0.5 },
    })
    for (const run of [published!, named!])
      expect(own(run)).toMatchObject({
        model: { justCounter: false, durations: false, head: 'joints' },
        loss: { bones: 0, velocity: 0 },
      })
    expect(own(weighed!)).toMatchObject({ model: { durations: true }, loss: { bones: 0, velocity: 0 }, learning: { mode: 'rwr' } })
  })

  it('trains in two stages, the second from the first, which is shared where another variant is the same', async () => {
    const [own, plain, more] = await plan(
      '- { name: own, set: { noise.rate: 0 }, after: { noise.rate: 2, stop.steps: 5 } }\n- { name: plain }\n- { name: more, after: { stop.steps: 5 } }\n',
    )
    expect(own!.stages.map(({ out }) => out)).toEqual(['runs/base/own-1-first', 'runs/base/own-1'])
    expect(own!.stages[1]).toMatchObject({ initFrom: 'runs/base/own-1-first/last.safetensors', noise: { rate: 2 }, stop: { steps: 5 } })
    expect(more!.stages[0]).toEqual(plain!.stages[0])
    expect(more!.stages[1]).toMatchObject({ initFrom: 'runs/base/plain-1/last.safetensors', stop: { steps: 5 } })
  })

  it.each([
    ['an empty file', '# none\n', ':1:1: wanted a list of variants, got an empty file'],
    ['one that is no list', 'name: a\n', ':1:1: wanted a list, got'],
    ['an unknown key', '- { name: a }\n- { name: b, sets: {} }\n', ':2:14: `[1]`: wanted one of the keys name, set, after, got `sets`'],
    ['a name twice', '- { name: a }\n- { name: a, set: { loss.kind: l1 } }\n', ':2:11: `[1].name`: wanted each name once, got a again'],
    ['a name that is a folder', '- { name: a/b }\n', ':1:11: `[0].name`: wanted letters, digits'],
    [
      'a key of no section',
      '- name: a\n  set:\n    loss.kind: l1\n    losses.kind: l1\n',
      ":4:5: wanted a key of the run file, got 'losses.kind'",
    ],
    [
      'an unknown key of a section',
      '- name: a\n  set:\n    model.width: 16\n    model.wide: 16\n',
      ':4:5: variant a: `model`: wanted one of the keys',
    ],
    ['a bad value', '- name: a\n  set:\n    model.width: wide\n', ':3:5: variant a: `model.width`: wanted a number, got "wide"'],
    ['a bad value inside of one', '- name: a\n  set:\n    schedule: { kind: constant, x: 1 }\n', ':3:5: variant a: `schedule`: wanted'],
    ['a seed', '- { name: a, set: { seed: 3 } }\n', ":1:21: wanted a key of the training itself, got 'seed'"],
    [
      'another model in the second training',
      '- { name: a, after: { model.width: 8 } }\n',
      ":1:23: wanted a key of the training itself, got 'model.width'",
    ],
    ['what the data do not fit', '- { name: a, set: { model.maxFrames: 3 } }\n', ':1:11: wanted variant a to be trainable, got '],
    ['two that are one', '- { name: a }\n- { name: b, set: { loss.kind: mse } }\n', "wanted values that differ, got 'a' and 'b'"],
  ])('about %s it is told where', async (_what, source, message) => {
    await expect(plan(source)).rejects.toThrow(message)
  })
})
