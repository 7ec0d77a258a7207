import { expect, it } from 'vitest'
import { madeUp, rows } from './profile.testing.js'
import { type TraceEvent, traceEvents, traceJson } from './trace.js'

const { timeline } = madeUp(rows)
const spans = (events: readonly TraceEvent[]) => events.filter(({ ph }) => ph === 'X')

it('writes events as the Trace Event Format asks', () => {
  const { traceEvents: events } = JSON.parse(traceJson('a step', rows, [timeline, timeline])) as { traceEvents: TraceEvent[] }
  expect(events.filter(({ ph }) => ph === 'M').map(({ name, args }) => [name, args.name])).toEqual([
    ['process_name', 'a step'],
    ['thread_name', 'CPU'],
    ['thread_name', 'GPU'],
  ])
  expect(spans(events)).toHaveLength(8)
  for (const { name, ph, ts, dur, pid, tid, cat } of spans(events)) {
    expect([typeof name, ph, pid, [1, 2].includes(tid), typeof cat]).toEqual(['string', 'X', 1, true, 'string'])
    expect(ts).toBeGreaterThanOrEqual(0)
    expect(dur).toBeGreaterThan(0)
  }
})

it('goes forward in time, in microseconds, and never has two spans of a track at once', () => {
  const events = spans(traceEvents('a step', rows, [timeline, timeline]))
  expect(events.map(({ ts }) => ts)).toEqual(events.map(({ ts }) => ts).sort((a, b) => a - b))
  for (const track of [1, 2]) {
    let end = 0
    for (const { ts, dur } of events.filter(({ tid }) => tid === track)) {
      expect(ts).toBeGreaterThanOrEqual(end)
      end = ts + dur!
    }
  }
  const [first] = events.filter(({ tid }) => tid === 2)
  expect(first).toMatchObject({ name: 'linear', cat: 'encoder.0', ts: 1500, dur: 1500, args: { shader: 'linear_subgroup' } })
})

it('keeps times above 0 where the GPU began before the host says it did', () => {
  const early = { ...timeline, gpu: [{ row: 0, begin: -2, end: 1 }] }
  expect(Math.min(...traceEvents('a step', rows, [early]).map(({ ts }) => ts))).toBe(0)
})
