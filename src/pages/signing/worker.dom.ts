// The page's worker: models work here, so that the page goes on drawing meanwhile.

import { SignError } from '../../base/errors.js'
import type { Progress } from '../../base/progress.js'
import type { Reply, Request, ToWorker } from './messages.js'
import { openModel, signerOf, translatorAt } from './models.dom.js'
import { ServiceError } from './served.js'

// The types of a page's window and of a worker's do not stand together: this is what is used of the worker's.
const scope = self as unknown as {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null
  postMessage(message: unknown, transfer?: Transferable[]): void
}

/** Requests under way, by their numbers. */
const running = new Map<number, AbortController>()

scope.onmessage = ({ data }) => {
  if (data.kind === 'cancel') running.get(data.id)?.abort()
  else void answer(data.id, data)
}

async function answer(id: number, request: Request): Promise<void> {
  const stop = new AbortController()
  running.set(id, stop)
  const say = (reply: Reply): void => scope.postMessage({ id, ...reply }, reply.kind === 'written' ? [reply.bytes.buffer] : [])
  try {
    say(await done(id, request, say, stop.signal))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const known = error instanceof SignError || error instanceof ServiceError
    say({ kind: 'failed', code: known ? error.code : stop.signal.aborted ? 'ABORTED' : 'ERR_BUG', message })
  } finally {
    running.delete(id)
  }
}

/** Does what is asked. Returns what is said last. */
async function done(id: number, request: Request, say: (reply: Reply) => void, signal: AbortSignal): Promise<Reply> {
  switch (request.kind) {
    case 'open': {
      const onProgress = (progress: Progress) => say({ kind: 'progress', progress })
      return { kind: 'opened', model: await openModel(id, request.source, { signal, onProgress }) }
    }
    case 'sign':
      for await (const said of signerOf(request.model).sign(request.text, request.language, signal)) say(said)
      return { kind: 'signed' }
    case 'prompt':
      for await (const said of signerOf(request.model).prompt(request.text, request.language, signal)) say(said)
      return { kind: 'signed' }
    case 'translate':
      return { kind: 'translated', ...(await translatorAt(request.model).translate(request.motion, signal)) }
    case 'write': {
      // Writers are fetched when somebody wants a file.
      const { fileOf } = await import('./files.dom.js')
      return { kind: 'written', bytes: await fileOf(request.format, request.motion, request.reference, signal) }
    }
  }
}
