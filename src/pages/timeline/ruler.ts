// The numbers above the timeline.

const MOST_INTERVALS = 8

/** Round times from `from` to `to`: 1, 2 or 5 times a power of ten apart, at most eight intervals. */
export function rulerTimes(from: number, to: number): number[] {
  const power = 10 ** Math.floor(Math.log10((to - from) / 4))
  const interval = [1, 2, 5, 10].map((factor) => factor * power).find((one) => (to - from) / one <= MOST_INTERVALS)!
  const times: number[] = []
  for (let ms = Math.ceil(from / interval) * interval; ms <= to; ms += interval) times.push(ms)
  return times
}
