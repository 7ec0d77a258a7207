// Whose checkpoint it is, by what it keeps of its run file.

import { describe, expect, it } from 'vitest'
import { textToPose } from '../../tasks/text_to_pose/task.js'
import { checkOwnCheckpoint, fixedOf } from './same_run.js'

const configOf = (more = '', data = 'train: a/train') =>
  textToPose.parse(`name: mine\nschedule: { kind: constant }\n${more}\ndata: [{ language: ASL, ${data} }]`, 'test')

const progress = { step: 3, epoch: 0, batch: 3, schedule: {} as never, best: null, validationsSinceBest: 0 }
const mine = configOf()
const keptOf = (config: ReturnType<typeof configOf>): object => JSON.parse(JSON.stringify(fixedOf(config, textToPose.fixedKeys)))
const check = (run: object | undefined) => checkOwnCheckpoint(textToPose, mine, { ...progress, ...(run && { run }) }, 'last')

describe('checkOwnCheckpoint', () => {
  it.each([
    ['data', configOf('', 'train: b/train'), "`data[0].train` is 'a/train', got one of a run where it is 'b/train'"],
    ['a vocabulary', configOf('', 'train: a/train, vocabulary: v'), "`data[0].vocabulary` is not given, got one of a run where it is 'v'"],
    ['rewards', configOf('learning: { mode: rl }'), "`learning.mode` is 'mse', got one of a run where it is 'rl'"],
    ['a start', configOf('initFrom: x'), "`initFrom` is null, got one of a run where it is 'x'"],
  ])('refuses one of a run with other %s', (_, other, problem) => {
    expect(() => check(keptOf(other))).toThrow(problem)
  })

  it('takes its own, however the run file changed in what may change', () => {
    check(keptOf(mine))
    check(keptOf({ ...mine, name: 'other', out: 'elsewhere', stop: { ...mine.stop, steps: 9 }, loss: { ...mine.loss, kind: 'l1' } }))
    check(undefined)
  })

  it('reads what an earlier version kept as it would read its run file: keys that it did not have are at their defaults', () => {
    const { learning, ...kept } = keptOf(mine) as { learning: Record<string, unknown> }
    const { spread: _, ...before } = learning
    check({ ...kept, learning: before })
  })

  it('refuses one whose settings this version cannot read, as a checkpoint', () => {
    expect(() => check({ ...keptOf(mine), later: 1 })).toThrow(expect.objectContaining({ code: 'ERR_CHECKPOINT' }))
  })
})
