// Gradients in parts that can be sent while later ones are still being made: those of the last layers are done first.

import type { Step } from '../../device/recorder.js'

/** Bytes of a buffer, which is named by its place in a list. */
export interface Range {
  readonly buffer: number
  readonly offset: number
  readonly bytes: number
}

/** Ranges that are sent together. */
export type Part = readonly Range[]

/** Fewest bytes that are sent at once, as long as there are so many: below, what a message costs by itself counts. */
export const PART_BYTES = 25e6

/**
 * All of `buffers` in parts, by the dispatch that writes a range last, earliest first.
 *
 * @param steps the dispatches of a pass, up to where its gradients are done
 */
export function gradientParts(steps: readonly Step[], buffers: readonly GPUBuffer[], partBytes: number): Part[] {
  const writes = writesOf(steps, buffers)
  const ranges = buffers.flatMap(({ size }, buffer) => piecesOf(buffer, size, writes))
  const ordered = ranges.map((range) => ({ range, last: lastWrite(range, writes) })).sort((a, b) => a.last - b.last)
  const parts: Range[][] = []
  let room = 0
  for (const { range } of ordered) {
    if (room <= 0) {
      parts.push([])
      room = partBytes
    }
    parts.at(-1)!.push(range)
    room -= range.bytes
  }
  return parts.map(joined)
}

/** How many dispatches of a pass must have run for each of the parts to be done; a later part is not done before an earlier one. */
export function readyAfter(parts: readonly Part[], steps: readonly Step[], buffers: readonly GPUBuffer[]): number[] {
  const writes = writesOf(steps, buffers)
  let after = 0
  return parts.map((part) => (after = Math.max(after, ...part.map((range) => lastWrite(range, writes) + 1))))
}

interface Write extends Range {
  readonly step: number
}

function writesOf(steps: readonly Step[], buffers: readonly GPUBuffer[]): Write[] {
  const placeOf = new Map(buffers.map((buffer, i) => [buffer, i]))
  return steps.flatMap(({ kernel, tensors }, step) =>
    Object.entries(kernel.buffers).flatMap(([name, access]) => {
      const region = tensors[name]?.region
      const buffer = region && placeOf.get(region.buffer)
      return access === 'read' || buffer === undefined ? [] : [{ step, buffer, offset: region!.offset, bytes: region!.bytes }]
    }),
  )
}

/** A buffer cut wherever something that is written begins or ends. */
function piecesOf(buffer: number, size: number, writes: readonly Write[]): Range[] {
  const own = writes.filter((write) => write.buffer === buffer)
  const cuts = [...new Set([0, size, ...own.flatMap(({ offset, bytes }) => [offset, Math.min(size, offset + bytes)])])].sort(
    (a, b) => a - b,
  )
  return cuts.slice(1).map((end, i) => ({ buffer, offset: cuts[i]!, bytes: end - cuts[i]! }))
}

/** The last dispatch that writes into a range; -1 where none does. */
function lastWrite({ buffer, offset, bytes }: Range, writes: readonly Write[]): number {
  return writes.reduce(
    (last, write) => (write.buffer === buffer && write.offset < offset + bytes && offset < write.offset + write.bytes ? write.step : last),
    -1,
  )
}

/** Ranges in the order they lie, those that touch as one. */
function joined(ranges: readonly Range[]): Part {
  const inOrder = [...ranges].sort((a, b) => a.buffer - b.buffer || a.offset - b.offset)
  const part: Range[] = []
  for (const range of inOrder) {
    const before = part.at(-1)
    if (before && before.buffer === range.buffer && before.offset + before.bytes === range.offset)
      part[part.length - 1] = { ...before, bytes: before.bytes + range.bytes }
    else part.push(range)
  }
  return part
}
