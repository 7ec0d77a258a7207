// Lines of a motion as the body of a response: made when they are read.

import { problemOf } from './problem.js'
import type { StreamLine } from './schemas.js'

const encoder = new TextEncoder()

/** A line of JSON, or an event of a stream of events, named by its type. */
export const encodeLine = {
  ndjson: (line: StreamLine): Uint8Array => encoder.encode(`${JSON.stringify(line)}\n`),
  sse: (line: StreamLine): Uint8Array => encoder.encode(`event: ${line.type}\ndata: ${JSON.stringify(line)}\n\n`),
}

/**
 * The lines as a body. What goes wrong on the way is its last line: the status has gone out by then. `over` is called once, at the end or where the
 * reader has gone.
 */
export function bodyOf(
  lines: AsyncGenerator<StreamLine>,
  encode: (line: StreamLine) => Uint8Array,
  over: (error?: unknown) => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await lines.next()
          if (!done) return controller.enqueue(encode(value))
          over()
        } catch (error) {
          const { code, message } = problemOf(error)
          controller.enqueue(encode({ type: 'error', code, message }))
          over(error)
        }
        controller.close()
      },
      async cancel(reason) {
        over(reason)
        await lines.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}
