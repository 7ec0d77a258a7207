// The page that signs, written as `signllm page` writes it, served as any host would, and used in a real browser as people use it.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { WebIO } from '@gltf-transform/core'
import { ALL_FORMATS, BufferSource, Input } from 'mediabunny'
import type { Browser, Page } from 'playwright-core'
import { BVHLoader } from 'three/addons/loaders/BVHLoader.js'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { namedLanguages } from '../src/checkpoint/card.js'
import { formatCheckpoint } from '../src/checkpoint/checkpoint.js'
import { formatModelFile, PROMPTS } from '../src/checkpoint/model_file.js'
import { poseToTextContent } from '../src/checkpoint/pose_to_text.js'
import { glossContent } from '../src/checkpoint/text_to_gloss.js'
import { poseContent } from '../src/checkpoint/text_to_pose.js'
import { type PageSummary, writePage } from '../src/commands/page.js'
import { decodePose } from '../src/formats/pose/pose.js'
import { encodePose, poseOfMotion } from '../src/formats/pose/write.js'
import { tinyGlossModel, tinyJudge, tinyModel } from '../src/model/tiny_models.testing.js'
import type { Motion } from '../src/motion/clip.js'
import { layouts } from '../src/motion/layout/layouts.js'
import { decodeGif } from '../src/outputs/gif.testing.js'
import { FASTEST_GIF, pictureTimes } from '../src/outputs/timeline.js'
import { Signer } from '../src/signer/node.js'
import { launchBrowser, noBrowser, seriousFindings } from './browser.js'
import { lentGpu } from './harness.js'

let folder: string
let summary: PageSummary
let wanted: Motion
let server: Server
let address: string
let browser: Browser
let page: Page | undefined
const trouble: string[] = []

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' }
/** Pixels a film is wide and high. */
const FILM = 480
/** Pixels a unit in a .pose file of ours. */
const PIXELS = 384

/** A signer in the points of MediaPipe of whom all that is known is where the shoulders are. */
function standing(frames: number): Motion {
  const { points, anchors } = layouts['holistic-543']
  const joints = new Float32Array(frames * points * 3)
  for (let t = 0; t < frames; t++) {
    joints[3 * (t * points + anchors.rightShoulder)] = -1 / 6
    joints[3 * (t * points + anchors.leftShoulder)] = 1 / 6
  }
  return { joints, frames, fps: 25, layout: 'holistic-543' }
}

describe.skipIf(noBrowser !== '')(`the page that signs${noBrowser && ` (${noBrowser})`}`, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'signllm-page-'))
    const gpu = await lentGpu()
    await using model = tinyModel(gpu, ['ASL', 'GSL'])
    const card = {
      name: 'tiny',
      licence: 'CC0-1.0',
      languages: namedLanguages(['ASL', 'GSL']),
      provenance: { writtenBy: 'test' },
      needs: [],
    }
    const bytes = await formatModelFile(await poseContent('x', model), { card }, 'x')
    await writeFile(join(folder, 'tiny.signllm'), bytes)
    await using signer = await Signer.open(bytes, { gpu, language: 'GSL' })
    wanted = await signer.sign('rain sun')
    await using gloss = tinyGlossModel(gpu)
    await using judge = tinyJudge(gpu)
    const others = { [PROMPTS]: await glossContent(gloss) }
    await writeFile(
      join(folder, 'asked.signllm'),
      await formatModelFile(await poseContent('x', model), { card: { ...card, name: 'asked' }, others }, 'x'),
    )
    await writeFile(join(folder, 'judge.safetensors'), formatCheckpoint(await poseToTextContent(judge), 'judge'))
    summary = await writePage({ out: join(folder, 'site'), models: [join(folder, 'tiny.signllm')] })
    server = createServer((request, response) => {
      const path = request.url === '/' ? '/index.html' : decodeURIComponent(request.url!)
      readFile(join(folder, 'site', path)).then(
        (body) => response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' }).end(body),
        () => response.writeHead(404).end(),
      )
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    browser = await launchBrowser({ webGpu: true })
  }, 120_000)

  afterEach(async () => {
    await page?.close()
    expect(trouble.splice(0)).toEqual([])
  })

  afterAll(async () => {
    await browser?.close()
    server?.close()
    if (folder) await rm(folder, { recursive: true, force: true })
  })

  /** The page once its model is ready. */
  async function open(options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
    page = await browser.newPage(options)
    page.on('console', (message) => {
      if (message.type() === 'error') trouble.push(message.text())
    })
    page.on('pageerror', ({ message }) => trouble.push(message))
    page.on('request', (request) => {
      if (!request.url().startsWith(address) && !request.url().startsWith('blob:')) trouble.push(`asked for ${request.url()}`)
    })
    await page.goto(address)
    await said(page, /tiny is ready, licence CC0-1\.0/)
    return page
  }

  /** Waits until the page says so. */
  const said = (on: Page, what: RegExp) => on.locator('#status').filter({ hasText: what }).waitFor({ timeout: 60_000 })

  async function sign(on: Page, language = 'GSL'): Promise<void> {
    await on.selectOption('#ask-language', language)
    await on.fill('#text', 'rain sun')
    await on.click('#sign')
    await said(on, /^Signed in/)
  }

  async function download(on: Page, format: string): Promise<Uint8Array> {
    const [file] = await Promise.all([on.waitForEvent('download', { timeout: 60_000 }), on.click(`#download-${format}`)])
    expect(file.suggestedFilename()).toBe(`rain_sun.${format}`)
    return readFile(await file.path())
  }

  it('signs what Node signs, says how it read the sentence, and writes files that can be read', { timeout: 180_000 }, async () => {
    const on = await open()
    await sign(on)
    expect(await on.locator('#reading').innerText()).toMatch(/Read as\s+rain\s+sun/)
    const pose = decodePose(await download(on, 'pose'), 'rain_sun.pose')
    const { data, frames } = poseOfMotion(wanted)
    expect(pose.frames).toBe(frames)
    const apart = pose.data.reduce((most, value, i) => Math.max(most, Math.abs(value - data[i]!) / PIXELS), 0)
    expect(apart).toBeLessThan(1e-4)

    const duration = frames / wanted.fps
    const bvh = new BVHLoader().parse(new TextDecoder().decode(await download(on, 'bvh')))
    expect(bvh.skeleton.bones.filter(({ name }) => name !== 'ENDSITE')).toHaveLength(50)
    expect(bvh.clip.tracks[0]!.times).toHaveLength(frames)
    const glb = (await new WebIO().readBinary(await download(on, 'glb'))).getRoot()
    expect(glb.listAnimations()).toHaveLength(1)
    const times = glb
      .listAnimations()[0]!
      .listSamplers()
      .map((sampler) => sampler.getInput()!.getMax([])[0]!)
    expect(Math.max(...times)).toBeCloseTo((frames - 1) / wanted.fps, 4)
    for (const accessor of glb.listAccessors()) expect([...accessor.getArray()!].every(Number.isFinite)).toBe(true)

    const gif = decodeGif(await download(on, 'gif'))
    expect([gif.width, gif.height, gif.repeats]).toEqual([FILM, FILM, true])
    expect(gif.frames).toHaveLength(pictureTimes(wanted, [wanted], FASTEST_GIF).frames)
    expect(gif.frames.every((frame) => frame.length === FILM * FILM && new Set(frame).size > 2)).toBe(true)
    const film = new Input({ formats: ALL_FORMATS, source: new BufferSource(await download(on, 'mp4')) })
    const track = (await film.getPrimaryVideoTrack())!
    const { packetCount, averagePacketRate } = await track.computePacketStats()
    expect([track.codec, track.displayWidth, track.displayHeight, packetCount]).toEqual(['avc', FILM, FILM, frames])
    expect(averagePacketRate).toBeCloseTo(wanted.fps, 1)
    expect(await film.computeDuration()).toBeCloseTo(duration, 2)
    const first = Number(await on.locator('#ask').getAttribute('data-first-frame'))
    console.log(`page ${summary.pageBytes} bytes minified at once, first frame after ${first} ms`)
    expect(first).toBeGreaterThan(0)
  })

  it('reads prompts and translates what it shows, with models that were opened from files', { timeout: 120_000 }, async () => {
    const on = await open({ reducedMotion: 'reduce' })
    expect(await on.locator('#kind-choice').isVisible()).toBe(false)
    await on.setInputFiles('#open', [join(folder, 'asked.signllm'), join(folder, 'judge.safetensors')])
    await said(on, /judge\.safetensors translates the motion that is shown/)
    await on.selectOption('#kind', 'prompt')
    expect(await on.locator('#text-label').innerText()).toMatch(/^Prompt/)
    await on.fill('#text', 'rain sun')
    await on.selectOption('#ask-language', 'ASL')
    await on.click('#sign')
    // It has learned nothing: what it reads is some gloss of its vocabulary, or nothing at all.
    await said(on, /^Signed in .*ASL|wanted glosses to sign|wanted a sentence/)
    await on.selectOption('#kind', 'sign')
    await sign(on)
    await on.click('#translate')
    await on.locator('#translation').filter({ hasText: /./ }).waitFor({ timeout: 30_000 })
  })

  it('is used by keyboard alone', { timeout: 120_000 }, async () => {
    const on = await open({ reducedMotion: 'reduce' })
    const focused = () => on.evaluate('document.activeElement.id')
    await on.keyboard.press('Tab')
    expect(await focused()).toBe('text')
    await on.keyboard.type('sun')
    await on.keyboard.press('Tab')
    expect(await focused()).toBe('ask-language')
    await on.keyboard.press('ArrowDown')
    await on.keyboard.press('Tab')
    await on.keyboard.press('Tab')
    expect(await focused()).toBe('sign')
    await on.keyboard.press('Enter')
    await said(on, /^Signed in .*GSL/)
    // Where motion is unwanted it stands at its first frame until it is asked to move.
    expect(await on.locator('#time').inputValue()).toBe('0')
    while ((await focused()) !== 'forward') await on.keyboard.press('Tab')
    await on.keyboard.press('Enter')
    expect(await on.locator('#time').inputValue()).toBe('1')
    while ((await focused()) !== 'download-pose') await on.keyboard.press('Tab')
    const [file] = await Promise.all([on.waitForEvent('download'), on.keyboard.press('Enter')])
    expect(file.suggestedFilename()).toBe('sun.pose')
  })

  it.each([
    ['by day', { colorScheme: 'light', viewport: { width: 1100, height: 800 } }],
    ['at night on a phone', { colorScheme: 'dark', viewport: { width: 360, height: 740 } }],
  ] as const)('has nothing that axe finds serious, and nothing wider than the window, %s', { timeout: 120_000 }, async (_, options) => {
    const on = await open({ ...options, reducedMotion: 'reduce', bypassCSP: true })
    // The language of the longest name.
    await sign(on, 'ASL')
    expect(await seriousFindings(on)).toEqual([])
    const wide =
      "[...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5).map((e) => e.id || e.className || e.tagName)"
    expect(await on.evaluate(wide)).toEqual([])
  })

  it('shows motions that are dropped on it, compares two, and says what is wrong with a file', { timeout: 120_000 }, async () => {
    const on = await open({ reducedMotion: 'reduce' })
    await sign(on)
    const buffer = Buffer.from(await download(on, 'pose'))
    await on.setInputFiles('#open', [{ name: 'mine.pose', mimeType: '', buffer }])
    await said(on, /^mine\.pose is shown/)
    await on.selectOption('#against', { label: 'rain sun' })
    expect(await on.locator('#compare').isVisible()).toBe(true)
    const holistic = encodePose(poseOfMotion(standing(4)))
    await on.setInputFiles('#open', [{ name: 'rain_sun.pose', mimeType: '', buffer: Buffer.from(holistic) }])
    await said(on, /^rain_sun\.pose is shown\. It is shown by its 543 points/)
    expect(decodePose(await download(on, 'pose'), 'holistic').points).toBe(543)
    expect(new BVHLoader().parse(new TextDecoder().decode(await download(on, 'bvh'))).clip.tracks[0]!.times).toHaveLength(4)
    await on.setInputFiles('#open', [{ name: 'broken.pose', mimeType: '', buffer: buffer.subarray(0, 300) }])
    await said(on, /^broken\.pose: wanted/)
    await on.setInputFiles('#open', [{ name: 'broken.signllm', mimeType: '', buffer: Buffer.from('nothing of the kind') }])
    await said(on, /broken\.signllm/)
  })
})
