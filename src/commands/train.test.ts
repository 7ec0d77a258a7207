// How the end of a run reads.

import { expect, it } from 'vitest'
import { formatTrained } from './train.js'

const ended = { out: 'runs/a', step: 400, interrupted: false, trained: 400, notes: [] }

it.each([
  ['400 steps are done', {}, 'training finished after 400 steps; results are in runs/a'],
  ['1 step is done', { step: 1, trained: 1 }, 'training finished after 1 step; results are in runs/a'],
  ['no better for 8 validations', {}, 'training finished after 400 steps (no better for 8 validations); results are in runs/a'],
  ['interrupted', { interrupted: true, trained: 0 }, 'training interrupted after 400 steps; results are in runs/a'],
  ['400 steps are done', { trained: 0 }, 'nothing is left to train: 400 steps are done; results are in runs/a'],
])('says how a run ended by %s', (reason, more, line) => {
  expect(formatTrained({ ...ended, reason, ...more })).toBe(line)
})
