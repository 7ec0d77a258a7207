import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toDwpose } from '../data/layouts/convert.js'
import { decodePose } from '../formats/pose/pose.js'
import { encodePose, poseOfMotion } from '../formats/pose/write.js'
import { words } from '../model/tiny_models.testing.js'
import { layouts } from '../motion/layout/layouts.js'
import { motionFromJson, motionToJson } from '../outputs/json_motion.js'
import { signer } from '../outputs/signer.testing.js'
import { forms } from './forms.js'
import { type TestedService, testedService } from './service.testing.js'

let tested: TestedService
beforeAll(async () => {
  tested = await testedService()
})
afterAll(() => tested.engine.destroy())

const asked = { text: 'rain sun', language: 'ASL' }
/** Whatever an answer holds. */
const told = async (response: Response): Promise<Told> => (await response.json()) as Told
interface Told {
  readonly [key: string]: unknown
  readonly error: { readonly code: string; readonly message: string }
}

const lines = async (response: Response) =>
  (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

describe('POST /v1/generate', () => {
  it('streams lines: a start, each frame, an end', async () => {
    const response = await tested.generate(asked)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/x-ndjson'])
    const [start, ...rest] = await lines(response)
    const end = rest.pop()
    expect(start).toMatchObject({
      type: 'start',
      text: 'rain sun',
      model: 'tiny',
      language: 'ASL',
      fps: 25,
      frames: rest.length,
      unknownWords: [],
    })
    expect(rest.map(({ type, index }) => [type, index])).toEqual(rest.map((_, i) => ['frame', i]))
    for (const { joints } of rest) expect(joints).toHaveLength(150)
    expect(end).toEqual({ type: 'end', frames: rest.length, seconds: rest.length / 25 })
  })

  it('streams the same as events, and gives the same as a whole', async () => {
    const streamed = (await lines(await tested.generate(asked))).slice(1, -1).flatMap(({ joints }) => joints)
    const events = await (await tested.generate(asked, { Accept: 'text/event-stream' })).text()
    const data = [...events.matchAll(/^event: frame\ndata: (.*)$/gm)].map(([, line]) => JSON.parse(line!))
    expect(data.flatMap(({ joints }) => joints)).toEqual(streamed)
    expect(events).toMatch(/^event: start\n[\s\S]*\n\nevent: end\ndata: .*\n\n$/)
    const whole = motionFromJson(await (await tested.generate(asked, { Accept: 'application/json' })).text(), 'answer')
    expect([...whole.joints].map((value) => Math.round(value * 1e5) / 1e5)).toEqual(streamed)
  })

  it('gives a finished file of every form, by Accept or by name', async () => {
    for (const { format, type, encode } of forms.filter((form) => form.encode)) {
      const [named, accepted] = await Promise.all([
        tested.generate({ ...asked, format }),
        tested.generate(asked, { Accept: `audio/ogg, ${type};q=0.5` }),
      ])
      expect([format, named.status, named.headers.get('content-type'), encode !== undefined]).toEqual([format, 200, type, true])
      const bytes = new Uint8Array(await named.arrayBuffer())
      expect(bytes.length, format).toBeGreaterThan(100)
      expect(new Uint8Array(await accepted.arrayBuffer()).length, format).toBe(bytes.length)
      if (format === 'pose') expect(decodePose(bytes, format).people).toBe(1)
    }
  })

  it('gives each of many at once, a queue of eight, its own motion', async () => {
    const alone: string[] = []
    for (const word of words) alone.push(await (await tested.generate({ ...asked, text: word })).text())
    expect(new Set(alone).size).toBe(4)
    const together = await Promise.all([...words, ...words].map(async (word) => (await tested.generate({ ...asked, text: word })).text()))
    expect(together).toEqual([...alone, ...alone])
  })

  it('reads prompts where the model does, and tells what it read', async () => {
    const prompt = 'How do you sign “rain” in ASL?'
    const [start, ...rest] = await lines(await tested.generate({ prompt }))
    const text = start.text.split(' ')
    expect(new Set(text)).toEqual(new Set(['SUN']))
    expect(start).toMatchObject({ type: 'start', prompt, language: 'ASL', tokens: text.map(() => '<ASL_SUN>') })
    expect(start.unknownWords).toEqual(['how', 'do', 'you', 'sign', 'in'])
    const read = await lines(await tested.generate({ text: start.text, language: 'ASL' }))
    expect(rest).toEqual(read.slice(1))
    const whole = motionFromJson(await (await tested.generate({ prompt, format: 'json' })).text(), 'answer')
    expect([whole.text, whole.language, whole.frames]).toEqual([prompt, 'ASL', rest.length - 1])
  })

  it('refuses what it cannot take, by status and in words', async () => {
    const refused = async (body: unknown, headers?: Record<string, string>) => {
      const response = await tested.generate(body, headers)
      const { error } = await told(response)
      return [response.status, error.message]
    }
    expect(await refused('{')).toEqual([400, expect.stringContaining('wanted a body of JSON')])
    expect(await refused('[]')).toEqual([400, expect.stringContaining('expected object')])
    expect(await refused({ ...asked, text: '' })).toEqual([400, expect.stringContaining('text: ')])
    expect(await refused({ ...asked, out: '/etc/passwd' })).toEqual([400, expect.stringContaining('out')])
    expect(await refused({ ...asked, text: 'thunder' })).toEqual([
      400,
      expect.stringContaining('wanted words that this model of ASL has learned'),
    ])
    expect(await refused({ ...asked, text: 'rain '.repeat(50) })).toEqual([400, expect.stringContaining('at most 20 tokens')])
    expect(await refused({ ...asked, prompt: 'rain' })).toEqual([400, expect.stringContaining('wanted text or prompt, got none or both')])
    expect(await refused({ language: 'ASL' })).toEqual([400, expect.stringContaining('wanted text or prompt')])
    expect(await refused({ prompt: 'xyzzy in ASL' })).toEqual([400, expect.stringContaining('got no word it knows')])
    expect(await refused({ prompt: 'rain in BSL' })).toEqual([400, expect.stringContaining('got BSL')])
    expect(await refused({ prompt: 'rain', language: 'XSL' })).toEqual([404, expect.stringContaining("got 'XSL'")])
    expect(await refused({ text: 'rain' })).toEqual([400, expect.stringContaining('ASL, GSL, got none')])
    expect(await refused({ ...asked, language: 'XSL' })).toEqual([404, expect.stringContaining("got 'XSL'")])
    expect(await refused({ ...asked, model: 'other' })).toEqual([404, expect.stringContaining('wanted a model of tiny')])
    expect(await refused(asked, { 'Content-Type': 'text/plain' })).toEqual([415, expect.stringContaining('application/json')])
    expect(await refused(asked, { Accept: 'audio/ogg' })).toEqual([406, expect.stringContaining('application/x-ndjson')])
    expect(await refused({ ...asked, text: 'x'.repeat(70_000) })).toEqual([413, expect.stringContaining('65536 bytes')])
  })

  it('tells further ones than the queue holds when to come again, and has room again after', async () => {
    const responses = await Promise.all(Array.from({ length: 20 }, () => tested.generate(asked)))
    const full = responses.filter(({ status }) => status === 429)
    expect(responses.map(({ status }) => status).sort()).toEqual([...Array(8).fill(200), ...Array(12).fill(429)])
    for (const response of full) expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    await Promise.all(responses.map((response) => response.text()))
    expect((await tested.generate(asked)).status).toBe(200)
  })

  it('frees the place of a client who goes, and is held up by none who reads nothing', async () => {
    const controllers = Array.from({ length: 8 }, () => new AbortController())
    const gone = controllers.map((controller) => tested.generate(asked, {}, controller.signal))
    await pause(5)
    for (const controller of controllers) controller.abort()
    for (const response of await Promise.all(gone)) await response.body?.cancel()
    const unread = await Promise.all(Array.from({ length: 8 }, () => tested.generate(asked)))
    expect(unread.map(({ status }) => status)).toEqual(Array(8).fill(200))
    await pause(200)
    expect((await tested.generate(asked)).status).toBe(200)
    expect(await (await tested.ask('/healthz')).json()).toMatchObject({ status: 'ready', running: 0, waiting: 0 })
  })
})

describe('POST /v1/translate', () => {
  const translate = (type: string, body: string | Uint8Array<ArrayBuffer> | ArrayBuffer) =>
    tested.ask('/v1/translate', { method: 'POST', headers: { 'Content-Type': type }, body })

  it('reads a motion as JSON and as a .pose file', async () => {
    for (const format of ['json', 'pose']) {
      const { type } = forms.find((form) => form.format === format)!
      const response = await translate(type, await (await tested.generate({ ...asked, format })).arrayBuffer())
      expect([format, response.status]).toEqual([format, 200])
      expect(await response.json()).toMatchObject({ model: 'judge', text: expect.any(String), notes: [] })
    }
  })

  it('says whose points it reads where a motion has others', async () => {
    const joints = layouts['dwpose-128'].pointNames
    const flat = { format: 'signllm-motion-1', fps: 25, frames: 1, layout: 'dwpose-128', joints, language: '', text: '' }
    const response = await translate('application/json', JSON.stringify({ ...flat, data: [Array(256).fill(0.1)] }))
    const { error } = await told(response)
    expect([response.status, error.message]).toEqual([400, 'wanted a motion of the layout skeleton-50, got dwpose-128.'])
  })

  it('reads the points of another layout where the judge does', async () => {
    const { ask, engine } = await testedService({}, 'dwpose-128')
    const { models } = await told(await ask('/v1/models'))
    expect(models).toMatchObject([{}, { name: 'judge', languages: [{ layout: 'dwpose-128' }] }])
    const motion = toDwpose(signer(12))
    const meta = { language: 'ASL', text: '' }
    const bodies = [
      ['application/json', new TextEncoder().encode(motionToJson(motion, meta)).buffer],
      ['application/x-pose', encodePose(poseOfMotion(motion)).buffer],
    ] as const
    for (const [type, body] of bodies) {
      const response = await ask('/v1/translate', { method: 'POST', headers: { 'Content-Type': type }, body })
      expect([type, response.status, await response.json()]).toEqual([type, 200, expect.objectContaining({ model: 'judge', notes: [] })])
    }
    const other = await ask('/v1/translate', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: motionToJson(signer(12), meta),
    })
    expect([other.status, (await told(other)).error.message]).toEqual([400, 'wanted a motion of the layout dwpose-128, got skeleton-50.'])
    await engine.destroy()
  })

  it('refuses what is no motion', async () => {
    expect((await translate('application/json', '{}')).status).toBe(400)
    expect((await translate('application/x-pose', new Uint8Array(40))).status).toBe(400)
    expect((await translate('text/plain', 'x')).status).toBe(415)
    expect((await translate('application/x-pose', new Uint8Array(9 * 2 ** 20))).status).toBe(413)
  })
})

describe('what is told of the service', () => {
  it('are its models, its health, its counters and its description', async () => {
    const { models, formats } = await told(await tested.ask('/v1/models'))
    expect(models).toMatchObject([
      {
        name: 'tiny',
        task: 'text-to-pose',
        readsPrompts: true,
        languages: [{ language: 'ASL', layout: 'skeleton-50' }, { language: 'GSL' }],
      },
      { name: 'judge', task: 'pose-to-text' },
    ])
    expect(formats).toHaveLength(forms.length)
    expect((await tested.ask('/healthz')).status).toBe(200)
    const metrics = await (await tested.ask('/metrics')).text()
    expect(metrics).toMatch(/^signllm_requests_total\{route="\/v1\/generate",status="200"\} \d+$/m)
    expect(metrics).toMatch(/^signllm_capacity 8$/m)
    for (const line of metrics.trim().split('\n')) expect(line).toMatch(/^(# (HELP|TYPE) .+|[a-z_]+(\{[^{}]*\})? [\d.e+-]+)$/)
    const description = await told(await tested.ask('/openapi.json'))
    expect(description).toMatchObject({ openapi: '3.1.0', components: { schemas: expect.any(Object) } })
    const text = JSON.stringify(description)
    for (const [, name] of text.matchAll(/#\/components\/schemas\/(\w+)/g)) expect(text).toContain(`"${name}":{"type":"object"`)
  })

  it('is nothing for paths and hosts that are not its own', async () => {
    expect((await tested.ask('/../../etc/passwd')).status).toBe(404)
    expect((await tested.ask('/v1/generate')).status).toBe(405)
    const elsewhere = await tested.service.app.fetch(new Request('http://attacker.example/v1/models'))
    expect(elsewhere.status).toBe(403)
  })
})

describe('a service of its own', () => {
  it('wants its token, serves the files of a page, and refuses what comes while it stops', async () => {
    const files = new Map([['/', { type: 'text/html', body: '<p>page</p>' }]])
    const { ask, engine, service, generate } = await testedService({ token: 'a-long-token', files })
    expect((await ask('/v1/models')).status).toBe(401)
    expect((await ask('/v1/models', { headers: { Authorization: 'Bearer other-token' } })).status).toBe(401)
    const owner = { Authorization: 'Bearer a-long-token' }
    expect((await ask('/v1/models', { headers: owner })).status).toBe(200)
    expect((await ask('/healthz')).status).toBe(200)
    expect(await (await ask('/')).text()).toBe('<p>page</p>')
    const running = generate(asked, owner)
    await pause(10)
    service.stop()
    const late = await generate(asked, owner)
    expect([late.status, late.headers.get('retry-after')]).toEqual([503, '2'])
    expect((await lines(await running)).at(-1)).toMatchObject({ type: 'end' })
    expect(await (await ask('/healthz')).json()).toMatchObject({ status: 'stopping' })
    await engine.destroy()
  })

  it('opens another device where its own is lost', async () => {
    const { ask, engine, generate } = await testedService()
    const before = await (await generate(asked)).text()
    const running = generate({ ...asked, text: 'wind' })
    engine.use().gpu.device.destroy()
    expect([200, 503]).toContain((await running).status)
    let health = await ask('/healthz')
    expect(health.status).toBe(503)
    for (let tries = 0; tries < 100 && health.status !== 200; tries++) {
      await pause(50)
      health = await ask('/healthz')
    }
    expect(health.status).toBe(200)
    expect(await (await generate(asked)).text()).toBe(before)
    expect(engine.losses).toBe(1)
    await engine.destroy()
  })

  it('ends what takes too long', async () => {
    const { engine, generate } = await testedService({ timeout: 0.001 })
    const response = await generate(asked)
    expect([response.status, (await told(response)).error.code]).toEqual([503, 'TOO_LONG'])
    await engine.destroy()
  })
})
