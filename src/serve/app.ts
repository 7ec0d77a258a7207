// The service without its sockets: requests to responses.

import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import { secureHeaders } from 'hono/secure-headers'
import type { z } from 'zod'
import { Turns } from '../base/turns.js'
import type { LanguageGroup } from '../model/sign_model.js'
import { layouts } from '../motion/layout/layouts.js'
import { Admission } from './admission.js'
import { answerMotion } from './answer.js'
import { Deadline } from './deadline.js'
import type { Engine } from './engine.js'
import { formFor, forms } from './forms.js'
import { guard } from './guard.js'
import { Metrics } from './metrics.js'
import type { Models, Reader } from './models.js'
import { openApi } from './openapi.js'
import { HttpProblem, problemOf, unavailable } from './problem.js'
import { motionOfBody } from './read_motion.js'
import { type GenerateRequest, generateRequest, type health, type ModelList, type problem } from './schemas.js'
import type { Line, ServedModel } from './served_model.js'
import { Signing } from './signing.js'

const LARGEST_REQUEST = 64 * 1024
const LARGEST_MOTION = 8 * 1024 * 1024
/** Motions that wait to be translated; they are read one after the other. */
const TRANSLATE_QUEUE = 16

/** A file of a page that is served beside the service. */
export interface StaticFile {
  readonly type: string
  /** What a browser lets it load: a Content-Security-Policy. */
  readonly policy?: string
  readonly body: string | Uint8Array<ArrayBuffer>
}

/** What is known of a request that was answered to its end. No word of what was asked. */
export interface Answered {
  readonly time: string
  readonly method: string
  readonly route: string
  readonly status: number
  readonly ms: number
  readonly error?: string
}

export interface ServiceOptions {
  readonly engine: Engine
  /** Of the package, for the OpenAPI document. */
  readonly version: string
  /** Sentences that are generated side by side; all models together take in so many and the queue's. */
  readonly rows: number
  readonly queue: number
  /** Seconds that a request may take, waiting included. */
  readonly timeout: number
  readonly token?: string | undefined
  /** By their paths, as `/` and `/page.js`. */
  readonly files?: ReadonlyMap<string, StaticFile> | undefined
  readonly log?: ((answered: Answered) => void) | undefined
}

type Env = { Variables: { over: Promise<unknown> } }

export class Service {
  readonly app = new Hono<Env>()
  readonly #options: ServiceOptions
  readonly #admission: Admission
  readonly #translations = new Admission(1, TRANSLATE_QUEUE)
  readonly #turns = new Turns()
  readonly #metrics: Metrics
  #stopping = false

  constructor(options: ServiceOptions) {
    this.#options = options
    this.#admission = new Admission(options.rows, options.queue)
    this.#metrics = new Metrics(this.#gauges())
    this.#route()
  }

  /** Takes no more requests in; those that are in go on. */
  stop(): void {
    this.#stopping = true
  }

  #route(): void {
    const { app } = this
    const { token, version, files } = this.#options
    app.use(secureHeaders())
    app.use((c, next) => this.#observed(c, next))
    app.use('/v1/*', guard(token))
    app.use('/metrics', guard(token))
    app.post('/v1/generate', limited(LARGEST_REQUEST), (c) => this.#generate(c))
    app.post('/v1/translate', limited(LARGEST_MOTION), (c) => this.#translate(c))
    app.get('/v1/models', (c) => c.json(this.#models()))
    app.get('/healthz', (c) => this.#health(c))
    app.get('/metrics', (c) => c.text(this.#metrics.text(), 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }))
    app.get('/openapi.json', (c) => c.json(openApi(version, token !== undefined)))
    for (const [path, file] of files ?? []) app.get(path, (c) => c.body(file.body, 200, headersOf(file)))
    for (const path of ['/v1/generate', '/v1/translate'])
      app.all(path, () => {
        throw new HttpProblem(405, 'ERR_USAGE', 'wanted the method POST, got another.', { Allow: 'POST' })
      })
    app.notFound((c) => refusal(c, new HttpProblem(404, 'ERR_USAGE', 'wanted a path of /openapi.json, got another.')))
    app.onError((error, c) => {
      if (error instanceof HTTPException) return refusalOf(c, error)
      this.#options.engine.report(error)
      return refusal(c, problemOf(error))
    })
  }

  /** Counts and logs a request when its answer is at its end. */
  async #observed(c: Context<Env>, next: () => Promise<void>): Promise<void> {
    const began = performance.now()
    if (this.#stopping) c.header('Connection', 'close')
    await next()
    const { method, routePath } = c.req
    const route = c.res.status === 404 && !c.error ? 'unknown' : routeOf(c.req.path, routePath)
    const { status } = c.res
    void (c.get('over') ?? Promise.resolve()).then((error) => {
      const seconds = (performance.now() - began) / 1000
      this.#metrics.observe(route, status, seconds)
      const failed = error ?? c.error
      this.#options.log?.({
        time: new Date().toISOString(),
        method,
        route,
        status,
        ms: Math.round(1000 * seconds),
        ...(failed ? { error: String(failed instanceof Error ? failed.message : failed) } : {}),
      })
    })
  }

  async #generate(c: Context<Env>): Promise<Response> {
    this.#checkTaken()
    const asked = checked(generateRequest, await jsonBody(c))
    const form = formFor(c.req.header('Accept'), asked.format)
    const read = readerOf(this.#options.engine.use().model(asked.model), asked)
    const leave = this.#admission.enter()
    const deadline = new Deadline(c.req.raw.signal, this.#options.timeout)
    const answered = await answerMotion(new Signing(read, asked, deadline.signal, leave), form, deadline)
    c.set(
      'over',
      answered.over.then((error) => {
        this.#options.engine.report(error)
        return error
      }),
    )
    return answered.response
  }

  async #translate(c: Context<Env>): Promise<Response> {
    this.#checkTaken()
    const models = this.#options.engine.use()
    const { reader } = models
    if (!reader) throw new HttpProblem(404, 'ERR_USAGE', 'wanted a model that reads motion, got none loaded.')
    const leave = this.#translations.enter()
    const deadline = new Deadline(c.req.raw.signal, this.#options.timeout)
    try {
      const motion = motionOfBody(c.req.header('Content-Type'), new Uint8Array(await c.req.arrayBuffer()), reader.layout)
      return c.json(await this.#turns.take(() => models.translate(motion, deadline.signal)))
    } finally {
      deadline.end()
      leave()
    }
  }

  #checkTaken(): void {
    if (this.#stopping) throw unavailable('wanted a service that takes requests, got one that is stopping')
  }

  #models(): ModelList {
    const { served, reader } = this.#options.engine.use()
    const signing = served.map((model) => ({
      name: model.name,
      task: 'text-to-pose' as const,
      readsPrompts: model.readsPrompts,
      languages: model.languages.map((language) => languageOf(language, model.signerOf(language)!.group)),
    }))
    const reading = reader && { name: reader.name, task: 'pose-to-text' as const, readsPrompts: false, languages: languagesOf(reader) }
    return { models: [...signing, ...(reading ? [reading] : [])], formats: forms.map(({ format, type }) => ({ format, type })) }
  }

  #health(c: Context<Env>): Response {
    const { models } = this.#options.engine
    const status = this.#stopping ? 'stopping' : models ? 'ready' : 'recovering'
    const told: z.infer<typeof health> = { status, ...countsOf(models) }
    return c.json(told, status === 'ready' ? 200 : 503)
  }

  #gauges() {
    const { engine } = this.#options
    const counts = () => countsOf(engine.models)
    const made = () => engine.models?.signers.reduce((sum, { batch }) => sum + batch.made, 0) ?? 0
    return {
      up: { help: 'Whether the device works.', read: () => (engine.models ? 1 : 0) },
      running: { help: 'Sentences that are generated now.', read: () => counts().running },
      waiting: { help: 'Sentences that wait.', read: () => counts().waiting },
      inside: { help: 'Requests taken in.', read: () => this.#admission.inside },
      capacity: { help: 'Requests that can be taken in at once.', read: () => this.#admission.limit },
      frames_made: { help: 'Frames made since the device was opened.', kind: 'counter' as const, read: made },
      devices_lost_total: { help: 'Devices that were lost.', kind: 'counter' as const, read: () => engine.losses },
      resident_memory_bytes: { help: 'Memory of the process.', read: () => process.memoryUsage.rss() },
    }
  }
}

/** Pages ask again after each visit whether there is another version; nobody frames them. */
const headersOf = ({ type, policy }: StaticFile): Record<string, string> => ({
  ...{ 'Content-Type': type, 'Cache-Control': 'no-cache' },
  ...(policy && { 'Content-Security-Policy': `${policy}; frame-ancestors 'none'` }),
})

const languageOf = (language: string, { fps, config, vocabulary }: LanguageGroup) => ({
  ...{ language, fps, maxFrames: config.maxFrames, layout: layouts[config.layout].name, words: vocabulary.size },
})

const languagesOf = ({ model: { languages, fps, config, words }, layout }: Reader) =>
  languages.map((language) => ({ language, fps, maxFrames: config.maxFrames, layout: layout.name, words: words?.size ?? 0 }))

/** What reads what was asked. Throws what is wrong with a sentence at once. */
function readerOf(model: ServedModel, { text, prompt, language }: GenerateRequest): (signal: AbortSignal) => Line | Promise<Line> {
  if (prompt !== undefined) return (signal) => model.prompt(prompt, language, signal)
  const line = model.sentence(text!, language)
  return () => line
}

function countsOf(models: Models | undefined): { running: number; waiting: number } {
  const signers = models?.signers ?? []
  return {
    running: signers.reduce((sum, { batch }) => sum + batch.running, 0),
    waiting: signers.reduce((sum, { batch }) => sum + batch.waiting, 0),
  }
}

/** The path where it is one of ours; whatever else was asked for must not become a label. */
const routeOf = (path: string, pattern: string): string => (pattern.includes('*') ? (path.startsWith('/v1/') ? '/v1' : 'unknown') : pattern)

function limited(bytes: number) {
  return bodyLimit({
    maxSize: bytes,
    onError: () => {
      throw new HttpProblem(413, 'ERR_USAGE', `wanted a body of at most ${bytes} bytes, got more.`)
    },
  })
}

async function jsonBody(c: Context<Env>): Promise<unknown> {
  const type = c.req.header('Content-Type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json')
    throw new HttpProblem(415, 'ERR_USAGE', `Content-Type: wanted application/json, got ${type === undefined ? 'none' : 'another'}.`)
  const text = await c.req.text()
  try {
    return JSON.parse(text)
  } catch {
    throw new HttpProblem(400, 'ERR_USAGE', 'wanted a body of JSON, got another.')
  }
}

function checked<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const { success, data, error } = schema.safeParse(value)
  if (success) return data
  const { path, message } = error.issues[0]!
  throw new HttpProblem(400, 'ERR_USAGE', `${path.length > 0 ? path.join('.') : 'the body'}: ${message}.`)
}

function refusal(c: Context, { status, code, message, headers }: HttpProblem): Response {
  const told: z.infer<typeof problem> = { error: { code, message } }
  return c.json(told, status as 400, headers)
}

/** What the framework refuses, such as a request without the token. */
function refusalOf(c: Context, error: HTTPException): Response {
  const response = error.getResponse()
  const message =
    error.status === 401
      ? 'wanted the token of this service: Authorization: Bearer TOKEN, got another or none.'
      : error.message || 'refused.'
  const authenticate = response.headers.get('WWW-Authenticate')
  return refusal(c, new HttpProblem(error.status, 'REFUSED', message, authenticate ? { 'WWW-Authenticate': authenticate } : {}))
}
