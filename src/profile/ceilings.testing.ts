// Made-up ceilings for tests.

import type { Ceilings } from './ceilings.js'
import { PATTERNS } from './traffic.js'

/** All patterns at one pace, twice that from caches. */
export function madeUpCeilings(gigabytes: number, gigaflops: number): Ceilings {
  const paces = PATTERNS.flatMap((pattern) => [
    [pattern, gigabytes],
    [`cached ${pattern}`, 2 * gigabytes],
  ])
  return { gigabytes: Object.fromEntries(paces) as Ceilings['gigabytes'], gigaflops }
}
