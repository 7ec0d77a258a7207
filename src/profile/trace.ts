// A profile's timelines as Chrome trace events, which Perfetto and chrome://tracing show: one track for the host, one for the GPU.

import type { DispatchRow, Timeline } from './profile.js'

/** One event: `M` names a track, `X` is a span of `dur` microseconds from `ts`. */
export interface TraceEvent {
  readonly name: string
  readonly ph: 'M' | 'X'
  readonly pid: number
  readonly tid: number
  readonly ts: number
  readonly dur?: number
  readonly cat?: string
  readonly args: Readonly<Record<string, string | number>>
}

const PROCESS = 1
const [HOST, GPU] = [1, 2]
/** Microseconds between two steps, so that they can be told apart. */
const GAP = 1000

/** The events of all steps, one after another, by time. `what` names the process. */
export function traceEvents(what: string, rows: readonly DispatchRow[], timelines: readonly Timeline[]): TraceEvent[] {
  const name = (tid: number, kind: string, text: string): TraceEvent => ({
    name: kind,
    ph: 'M',
    pid: PROCESS,
    tid,
    ts: 0,
    args: { name: text },
  })
  const spans: TraceEvent[] = []
  let offset = 0
  timelines.forEach((timeline, step) => {
    const all = [...timeline.host, ...timeline.gpu]
    const first = Math.min(0, ...all.map(({ begin }) => begin))
    const at = (begin: number) => offset + 1000 * (begin - first)
    const span = (tid: number, cat: string, label: string, { begin, end }: { begin: number; end: number }, args: TraceEvent['args']) =>
      spans.push({ name: label, ph: 'X', pid: PROCESS, tid, ts: at(begin), dur: 1000 * (end - begin), cat, args })
    for (const one of timeline.host) span(HOST, 'host', one.name, one, { step })
    for (const one of timeline.gpu) {
      const { path, kernel, variant } = rows[one.row]!
      span(GPU, path.split('/')[0] || kernel, kernel, one, { step, path, shader: variant })
    }
    offset = at(Math.max(...all.map(({ end }) => end))) + GAP
  })
  return [
    name(HOST, 'process_name', what),
    name(HOST, 'thread_name', 'CPU'),
    name(GPU, 'thread_name', 'GPU'),
    ...spans.sort((a, b) => a.ts - b.ts),
  ]
}

/** The trace file's text. */
export function traceJson(what: string, rows: readonly DispatchRow[], timelines: readonly Timeline[]): string {
  return `${JSON.stringify({ displayTimeUnit: 'ms', traceEvents: traceEvents(what, rows, timelines) })}\n`
}
