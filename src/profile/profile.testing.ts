// A made-up profile for tests: two kernels in two places, five steps.

import { madeUpCeilings } from './ceilings.testing.js'
import { type DispatchRow, FORMAT, type Profile } from './profile.js'
import { summarise, type Timed } from './timing.js'

/** Times about `ms`, spread by two hundredths. */
export const about = (ms: number): Timed => summarise([1, 0.98, 1.02, 0.99, 1.01].map((factor) => factor * ms))

export function row(path: string, kernel: string, ms: number, more: Partial<DispatchRow> = {}): DispatchRow {
  return { path, kernel, variant: kernel, calls: 2, ms: about(ms), flops: 2e6, bytes: 1e6, traffic: 'copy', ...more }
}

/** A profile with these rows; a step takes as long as they do. */
export function madeUp(rows: readonly DispatchRow[], more: Partial<Profile> = {}): Profile {
  const ms = rows.reduce((sum, one) => sum + one.ms.median, 0)
  return {
    format: FORMAT,
    command: 'train',
    subject: 'training step of <made-up>',
    adapter: 'no GPU',
    software: false,
    node: 'v20',
    method: 'timestamps',
    ceilings: madeUpCeilings(10, 100),
    step: { plain: about(ms), profiled: about(1.1 * ms), stampMs: 0.002, floorMs: 0.02 * ms, floorShare: 0.02 },
    rows,
    memory: {
      arenas: [{ name: 'weights', bytes: 4096 }],
      programs: [
        {
          name: 'program 1',
          dispatches: 2,
          slots: [1024, 512],
          tensors: [
            { name: 'encoder.0/y', slot: 0, bytes: 1024, first: 0, last: 1 },
            { name: 'decoder.0/y', slot: 1, bytes: 512, first: 1, last: 2 },
          ],
        },
      ],
    },
    timeline: {
      host: [
        { name: 'encode', begin: 0, end: 1 },
        { name: 'wait', begin: 1, end: 6 },
      ],
      gpu: [
        { row: 0, begin: 1.5, end: 3 },
        { row: 1, begin: 3, end: 5 },
      ],
    },
    ...more,
  }
}

export const rows = [row('encoder.0/self', 'linear', 6, { variant: 'linear_subgroup' }), row('decoder.0/self', 'attention', 4)]
