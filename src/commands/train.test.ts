// How a run's end is told to people.

import { expect, it } from 'vitest'
import { formatTrained } from './train.js'

const ended = { out: 'runs/a', step: 400, interrupted: false, trained: 400, notes: [] }

it.each([
  ['400 steps are done', {}, '400 steps are done; the run is in runs/a'],
  ['1 step is done', { step: 1, trained: 1 }, '1 step is done; the run is in runs/a'],
  ['no better for 8 validations', {}, 'no better for 8 validations at step 400; the run is in runs/a'],
  ['interrupted', { interrupted: true, trained: 0 }, 'interrupted at step 400; the run is in runs/a'],
  ['400 steps are done', { trained: 0 }, 'nothing is left to train, 400 steps are done; the run is in runs/a'],
])('says how a run ended by %s', (reason, more, line) => {
  expect(formatTrained({ ...ended, reason, ...more })).toBe(line)
})
