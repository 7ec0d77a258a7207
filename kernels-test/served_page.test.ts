// The page that signs as `signllm serve` hosts it: in a real browser that has no WebGPU, since the service does the work.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { namedLanguages } from '../src/checkpoint/card.js'
import { formatCheckpoint } from '../src/checkpoint/checkpoint.js'
import { formatModelFile, PROMPTS } from '../src/checkpoint/model_file.js'
import { poseToTextContent } from '../src/checkpoint/pose_to_text.js'
import { glossContent } from '../src/checkpoint/text_to_gloss.js'
import { poseContent } from '../src/checkpoint/text_to_pose.js'
import { serve } from '../src/commands/serve.js'
import { alwaysReads, tinyGlossModel, tinyJudge, tinyModel } from '../src/model/tiny_models.testing.js'
import { launchBrowser, noBrowser, seriousFindings } from './browser.js'
import { lentGpu } from './harness.js'

const TOKEN = 'a-long-token'
let folder: string
/** Services on this machine: one as it is, one without its page, and one that wants its token. */
let open: Running
let closed: Running
let secured: Running

interface Running {
  readonly url: string
  stop(): Promise<unknown>
}

async function started(how: { readonly token?: string; readonly page?: boolean }): Promise<Running> {
  const ending = new AbortController()
  const common = { host: '127.0.0.1', port: 0, rows: 4, queue: 8, timeout: 60, version: '0' }
  const models = { model: [join(folder, 'tiny.signllm')], judge: join(folder, 'judge.safetensors') }
  let over: Promise<unknown> | undefined
  const url = await new Promise<string>((resolve, reject) => {
    over = serve({ ...common, ...models, ...how, signal: ending.signal, onListening: resolve })
    over.catch(reject)
  })
  return {
    url,
    stop() {
      ending.abort()
      return over!
    },
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-served-'))
  const gpu = await lentGpu()
  await using model = tinyModel(gpu, ['ASL', 'GSL'])
  await using gloss = tinyGlossModel(gpu)
  await using judge = tinyJudge(gpu)
  const card = { name: 'tiny', languages: namedLanguages(['ASL', 'GSL']), provenance: { writtenBy: 'test' }, needs: [] }
  const prompts = await glossContent(gloss)
  const others = { [PROMPTS]: { ...prompts, tensors: alwaysReads(prompts.tensors, gloss.gloss.idOf('<ASL_SUN>')) } }
  await writeFile(join(folder, 'tiny.signllm'), await formatModelFile(await poseContent('x', model), { card, others }, 'x'))
  await writeFile(join(folder, 'judge.safetensors'), formatCheckpoint(await poseToTextContent(judge), 'judge'))
  open = await started({})
  closed = await started({ page: false })
  secured = await started({ token: TOKEN })
}, 120_000)
afterAll(async () => {
  for (const service of [open, closed, secured]) await service?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
})

/** The status of what a client sends that cleans no path. */
function statusOf({ url }: Running, path: string): Promise<number> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`))
    socket.once('data', (data) => {
      resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(String(data))?.[1]))
      socket.destroy()
    })
  })
}

describe('the files of the page', () => {
  it('are served with strict headers', async () => {
    const page = await fetch(open.url)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*script-src 'self'; .*frame-ancestors 'none'$/)
    expect(page.headers.get('x-content-type-options')).toBe('nosniff')
    const script = await fetch(`${open.url}/worker.js`)
    expect([script.status, script.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8'])
    // Nothing that the service would not tell without its token.
    expect(await (await fetch(secured.url)).text()).not.toContain('tiny')
  })

  it('are all that is reached, whatever is asked for', async () => {
    const outside = ['../package.json', '..%2fpackage.json', '%2e%2e/package.json', '....//package.json', '..\\package.json', 'etc/passwd']
    const hidden = ['tiny.signllm', 'models/tiny.signllm', 'index.html', 'worker.js/', 'worker.js%00.html', '.git/config', 'constructor']
    for (const path of [...outside, ...hidden]) expect([400, 404], path).toContain(await statusOf(open, `/${path}`))
    expect(await statusOf(open, `//${'a/'.repeat(2000)}`)).toBe(404)
    expect(await statusOf(closed, '/')).toBe(404)
    expect(await statusOf(closed, '/page.js')).toBe(404)
  })
})

describe.skipIf(noBrowser !== '')(`the page of a service${noBrowser && ` (${noBrowser})`}`, () => {
  let browser: Browser
  let page: Page
  beforeAll(async () => {
    browser = await launchBrowser()
  }, 60_000)
  afterAll(() => browser?.close())

  const said = (what: RegExp) => page.locator('#status').filter({ hasText: what }).waitFor({ timeout: 30_000 })

  it('signs, reads prompts and translates with the models that are loaded', { timeout: 120_000 }, async () => {
    const trouble: string[] = []
    page = await browser.newPage({ reducedMotion: 'reduce' })
    page.on('console', (message) => message.type() === 'error' && trouble.push(message.text()))
    page.on('pageerror', ({ message }) => trouble.push(message))
    await page.goto(open.url)
    await said(/judge translates/)
    await page.selectOption('#ask-language', 'GSL')
    await page.fill('#text', 'rain sun zebra')
    await page.click('#sign')
    await said(/^Signed in .*GSL/)
    expect(await page.locator('#reading').innerText()).toMatch(/Read as\s+rain\s+sun\s+zebra/)
    const answer = await fetch(`${open.url}/v1/generate`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ text: 'rain sun zebra', language: 'GSL', format: 'json' }),
    })
    const { frames } = (await answer.json()) as { frames: number }
    expect(Number(await page.locator('#time').getAttribute('max'))).toBe(frames - 1)
    await page.click('#translate')
    await page.locator('#translation').filter({ hasText: /./ }).waitFor({ timeout: 30_000 })
    await page.selectOption('#kind', 'prompt')
    await page.fill('#text', 'How do you sign “rain” in ASL?')
    await page.click('#sign')
    await said(/^Signed in .*ASL/)
    expect(await page.locator('#reading').innerText()).toMatch(/<ASL_SUN>/)
    await page.selectOption('#kind', 'sign')
    await page.fill('#text', 'zebra')
    await page.click('#sign')
    await said(/wanted words that this model of \w+ has learned/)
    expect(trouble.filter((text) => !/status of 400/.test(text))).toEqual([])
    await page.close()
  })

  it.each([
    ['by day', { colorScheme: 'light' }],
    ['at night on a phone', { colorScheme: 'dark', viewport: { width: 360, height: 740 } }],
  ] as const)('asks for the token of a service that wants one, by keyboard alone, %s', { timeout: 60_000 }, async (_, options) => {
    page = await browser.newPage({ ...options, reducedMotion: 'reduce', bypassCSP: true })
    await page.goto(secured.url)
    await said(/wants its token/)
    expect(await seriousFindings(page)).toEqual([])
    const tabTo = async (id: string): Promise<void> => {
      for (let tabs = 0; (await page.evaluate('document.activeElement.id')) !== id; tabs++) {
        expect(tabs, `tabs to #${id}`).toBeLessThan(20)
        await page.keyboard.press('Tab')
      }
    }
    await tabTo('token')
    await page.keyboard.type('not-the-token')
    await page.keyboard.press('Enter')
    await said(/wanted the token of this service/)
    await tabTo('token')
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type(TOKEN)
    await page.keyboard.press('Enter')
    await said(/judge translates/)
    expect(await page.locator('#token-form').isVisible()).toBe(false)
    await tabTo('text')
    await page.keyboard.type('rain')
    await tabTo('sign')
    await page.keyboard.press('Enter')
    await said(/^Signed in .*ASL/)
    expect(await seriousFindings(page)).toEqual([])
    await page.close()
  })
})
