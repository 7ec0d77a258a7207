import { describe, expect, it } from 'vitest'
import { spreadOverThreads } from './driver_threads.js'

describe('spreadOverThreads', () => {
  const told = (environment: NodeJS.ProcessEnv, cores: number) => {
    spreadOverThreads(environment, cores)
    return environment.LP_NUM_THREADS
  }

  it('asks for four threads a core, no more than the driver takes, and leaves what the user said', () => {
    expect(told({}, 2)).toBe('8')
    expect(told({}, 64)).toBe('32')
    expect(told({ LP_NUM_THREADS: '2' }, 2)).toBe('2')
  })
})
