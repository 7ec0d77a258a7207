// Bytes of a file behind an address, by ranges where the server knows them, else as one. Nothing is allocated that was not sent: what a server or a header
// says of sizes is not believed.

import { SignError } from '../../base/errors.js'
import { telling, type Watched } from '../../base/progress.js'
import type { ByteSource } from './parse.js'
import { badCheckpoint } from './types.js'

/** Options of a reading that takes a while. Progress counts the bytes that are there; how many there are in all, not every server says. */
export interface ReadingOptions extends Watched {
  /** Aborts it: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** Fetched at first, in the hope that the header ends there. */
const FIRST_BYTES = 2 ** 16
/** How often a connection that breaks off is taken up again where it broke. */
const RESUMPTIONS = 2

/** What an address is called in messages: without user names, passwords and keys that may stand in it. */
export function addressName(address: string | URL): string {
  const text = String(address)
  const [bare] = text.split(/[?#]/)
  return bare!.replace(/^([a-z]+:\/\/)[^/@]*@/i, '$1')
}

/**
 * What is read from an address. Throws ERR_CHECKPOINT naming it for an answer that is no file, and where none comes; of the address's secrets nothing is told.
 */
export async function urlSource(address: string | URL, { onProgress, signal }: ReadingOptions = {}): Promise<ByteSource> {
  const who = addressName(address)
  const fetched = new Fetched(address, who, signal)
  const first = await fetched.request([0, FIRST_BYTES])
  const size = first.status === 206 ? sizeOfRange(first) : undefined
  if (first.status === 416) return inMemory(new Uint8Array())
  if (size === undefined) {
    // No ranges, or none whose place in the file a page may see: all at once.
    const answer = first.status === 206 ? await fetched.request() : first
    const total = Number(answer.headers.get('content-length')) || undefined
    return inMemory(await fetched.body(answer, telling(onProgress, bytesOf(total))))
  }
  const tell = telling(onProgress, bytesOf(size))
  const start = await fetched.body(first, tell)
  let before = start.length
  return {
    size,
    async read(begin, length) {
      if (begin + length <= start.length) return start.slice(begin, begin + length)
      const kept = start.subarray(Math.min(begin, start.length))
      const rest = await fetched.range(begin + kept.length, length - kept.length, (loaded) => tell(Math.min(size, before + loaded)))
      before += rest.length
      return kept.length === 0 ? rest : joined([kept, rest])
    },
  }
}

/** Another source's bytes, with whoever waits for them told. */
export function watched({ size, read }: ByteSource, { onProgress, signal }: ReadingOptions): ByteSource {
  const tell = telling(onProgress, bytesOf(size))
  let loaded = 0
  return {
    size,
    async read(begin, length) {
      signal?.throwIfAborted()
      const bytes = await read(begin, length)
      signal?.throwIfAborted()
      loaded = Math.min(size, Math.max(loaded, begin + length))
      tell(loaded)
      return bytes
    },
  }
}

/** What reading a model tells of. */
export const bytesOf = (all: number | undefined) => ({ work: 'model read', unit: 'byte', all })

const inMemory = (bytes: Uint8Array): ByteSource => ({
  size: bytes.length,
  read: async (begin, length) => bytes.slice(begin, begin + length) as Uint8Array<ArrayBuffer>,
})

class Fetched {
  readonly #address: string | URL
  readonly #who: string
  readonly #signal: AbortSignal | undefined

  constructor(address: string | URL, who: string, signal: AbortSignal | undefined) {
    this.#address = address
    this.#who = who
    this.#signal = signal
  }

  /** The answer to a request for those bytes, or for all. */
  async request(range?: readonly [begin: number, end: number]): Promise<Response> {
    let answer: Response
    try {
      answer = await fetch(this.#address, {
        ...(range && { headers: { range: `bytes=${range[0]}-${range[1] - 1}` } }),
        ...(this.#signal && { signal: this.#signal }),
      })
    } catch (cause) {
      this.#signal?.throwIfAborted()
      throw this.#unreachable(cause)
    }
    if (answer.ok || answer.status === 416) return answer
    await answer.body?.cancel()
    const said = `${answer.status} ${answer.statusText}`.trim()
    throw badCheckpoint(this.#who, `wanted a model file, got the answer ${said}`, 'Check the address')
  }

  /** Exactly those bytes of the file. */
  async range(begin: number, length: number, onLoaded: (bytes: number) => void): Promise<Uint8Array<ArrayBuffer>> {
    const parts: Uint8Array<ArrayBuffer>[] = []
    const got = () => parts.reduce((sum, { length }) => sum + length, 0)
    for (let attempt = 0; got() < length; attempt++) {
      const before = got()
      const answer = await this.request([begin + before, begin + length])
      if (answer.status !== 206) {
        await answer.body?.cancel()
        throw badCheckpoint(this.#who, `wanted bytes ${begin + before} to ${begin + length}, got another answer than before`)
      }
      try {
        for await (const chunk of chunksOf(answer)) {
          parts.push(chunk)
          if (got() > length) throw badCheckpoint(this.#who, `wanted ${length} bytes from byte ${begin} on, got more`)
          onLoaded(got())
        }
      } catch (cause) {
        this.#signal?.throwIfAborted()
        if (cause instanceof SignError) throw cause
        if (attempt >= RESUMPTIONS) throw this.#unreachable(cause)
        continue
      }
      if (got() === before) throw badCheckpoint(this.#who, `wanted ${length} bytes from byte ${begin} on, got ${before}`)
    }
    return joined(parts)
  }

  /** All that an answer brings. */
  async body(answer: Response, onLoaded: (bytes: number) => void): Promise<Uint8Array<ArrayBuffer>> {
    const parts: Uint8Array<ArrayBuffer>[] = []
    let loaded = 0
    try {
      for await (const chunk of chunksOf(answer)) {
        parts.push(chunk)
        loaded += chunk.length
        onLoaded(loaded)
      }
    } catch (cause) {
      this.#signal?.throwIfAborted()
      throw this.#unreachable(cause)
    }
    return joined(parts)
  }

  #unreachable(cause: unknown): Error {
    const { message, cause: deeper } = cause as Error & { cause?: Error }
    const problem = `wanted a model file, got ${deeper?.message || message}`
    return badCheckpoint(this.#who, problem, 'Check the address, the network, and of a page that the server allows its origin', { cause })
  }
}

/** Reads with a reader: not every browser's streams are iterable. */
async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (!body) return
  const reader = body.getReader()
  let ended = false
  try {
    for (;;) {
      const { done, value } = await reader.read()
      ended = done
      if (done) return
      yield value as Uint8Array<ArrayBuffer>
    }
  } finally {
    if (!ended) await reader.cancel().catch(() => {})
  }
}

/** The file's size as the answer to a request for a range tells it; undefined where it does not, or a page may not see it. */
function sizeOfRange({ headers }: Response): number | undefined {
  const [, first, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? []
  return first === '0' ? Number(size) : undefined
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
