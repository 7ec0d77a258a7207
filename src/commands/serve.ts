// `signllm serve`: models behind HTTP.

import { basename, dirname, extname } from 'node:path'
import { SignError } from '../base/errors.js'
import { optionalPackage } from '../base/optional.js'
import { jsonText } from '../base/printable.js'
import { readCheckpoint } from '../checkpoint/file.js'
import { signingPage, signingPolicy } from '../outputs/signing_page/page.js'
import type { StaticFile } from '../serve/app.js'
import type { NamedCheckpoint } from '../serve/models.js'
import { openAdapter } from './adapter.js'
import { type Listener, say, warn } from './say.js'
import { signingScripts } from './signing_scripts.js'

export interface ServeOptions extends Listener {
  readonly model: readonly string[]
  readonly judge?: string | undefined
  readonly host: string
  readonly port: number
  readonly token?: string | undefined
  readonly rows: number
  readonly queue: number
  readonly timeout: number
  /** Whether the page that signs is at `/`. Default true. */
  readonly page?: boolean | undefined
  /** Whether each request is told as a line of JSON on standard error. */
  readonly log?: boolean | undefined
  readonly adapter?: string | undefined
  /** Of the package. */
  readonly version: string
  /** Asks for the end: what is in is finished. */
  readonly signal: AbortSignal
  /** Told where it listens. */
  readonly onListening?: (url: string) => void
}

/** Serves until it is asked to end. Throws ERR_USAGE for an address that others reach without a token, ERR_CHECKPOINT for models that cannot be served, ERR_DEVICE_LOST where the device is lost for good. */
export async function serve(options: ServeOptions): Promise<{ readonly url: string; readonly devicesLost: number }> {
  const { host, port, rows, queue, timeout, token, version, signal } = options
  for (const name of ['hono', '@hono/node-server'] as const) await optionalPackage(name, 'serve', () => import(name))
  const [{ Service }, { listen }, { Engine }, { Models }, { checkReach }] = await Promise.all([
    import('../serve/app.js'),
    import('../serve/server.js'),
    import('../serve/engine.js'),
    import('../serve/models.js'),
    import('../serve/guard.js'),
  ])
  checkReach(host, token)
  const models = await namedCheckpoints(options.model, options)
  const [judge] = await namedCheckpoints(options.judge === undefined ? [] : [options.judge], options)
  const engine = await Engine.start(async () => {
    const { gpu } = await openAdapter({ adapter: options.adapter }, options)
    try {
      return new Models(gpu, models, judge, rows)
    } catch (error) {
      await gpu.destroy()
      throw error
    }
  })
  try {
    const files = options.page === false ? undefined : await pageFiles()
    const log = options.log ? (line: object) => void process.stderr.write(`${jsonText(line)}\n`) : undefined
    const service = new Service({ engine, version, rows, queue, timeout, token, files, log })
    const listening = await listen(service, { host, port, timeout })
    say(`serving ${models.map(({ name }) => name).join(', ')} at ${listening.url}${files ? ': open it in a browser' : ''}`, options)
    options.onListening?.(listening.url)
    try {
      await Promise.race([asked(signal), engine.failed])
    } finally {
      await listening.stop()
    }
    return { url: listening.url, devicesLost: engine.losses }
  } finally {
    await engine.destroy()
  }
}

/** The page that asks this service, by its paths. */
async function pageFiles(): Promise<Map<string, StaticFile>> {
  const files = signingPage({ models: [], served: true }, await signingScripts())
  return new Map(
    [...files].map(([name, file]) => [
      name === 'index.html' ? '/' : `/${name}`,
      { ...file, ...(name === 'index.html' && { policy: signingPolicy }) },
    ]),
  )
}

const asked = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

/** Each under its file's name, or its folder's where that says more. Throws ERR_USAGE where two have one name. */
async function namedCheckpoints(paths: readonly string[], to: Listener): Promise<NamedCheckpoint[]> {
  const named: NamedCheckpoint[] = []
  for (const path of paths) {
    const name = nameOf(path)
    if (named.some((other) => other.name === name)) {
      throw new SignError('ERR_USAGE', path, `wanted models of different names, got two called ${name}`, 'Rename one of the files')
    }
    const checkpoint = await readCheckpoint(path)
    for (const note of checkpoint.notes) warn(note, to)
    named.push({ name, checkpoint })
  }
  return named
}

/** Files of runs are all called alike. */
function nameOf(path: string): string {
  const name = basename(path, extname(path))
  return name === 'best' || name === 'last' ? basename(dirname(path)) : name
}
