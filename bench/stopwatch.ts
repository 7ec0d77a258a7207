// A watch that other people's work on the machine does not move, where the driver is software: there time is this process's CPU time.

export type Clock = 'process CPU time' | 'wall time'

export const clockOf = (software: boolean): Clock => (software ? 'process CPU time' : 'wall time')

/** Starts a watch that tells the milliseconds since, by that clock. */
export function stopwatch(clock: Clock): () => number {
  const [began, before] = [performance.now(), process.cpuUsage()]
  return () => {
    const { user, system } = process.cpuUsage(before)
    return clock === 'process CPU time' ? (user + system) / 1000 : performance.now() - began
  }
}
