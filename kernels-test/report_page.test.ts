// The report page of an evaluation in a real browser, used as people use it.

import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { evaluate } from '../src/judge/evaluation.js'
import { madeUpClips, nearestMeanJudge } from '../src/judge/judge.testing.js'
import { reportHtml } from '../src/judge/page/page.js'
import { launchBrowser, noBrowser, openPage } from './browser.js'

const nasty = '</script><script>alert(1)</script><img/src=x/onerror=alert(2)>"&'
const texts = ['rain sun snow', 'sun rain', 'snow snow wind rain sun', 'wind rain', 'sun', `rain ${nasty}`]
const train = madeUpClips([...texts, 'wind sun snow'], { split: 'train' })
const clips = madeUpClips(texts).map((clip, i) => (i === 5 ? { ...clip, name: `test/${nasty}` } : clip))
const generated = madeUpClips(
  texts.map((text) => text.replace('sun', 'wind')),
  { split: 'made', noise: 0.05 },
)
const input = {
  clips,
  generated,
  train,
  judges: [1, 2].map((seed) => nearestMeanJudge(train, { seed })),
  provenance: {
    command: `signllm eval ${nasty}`,
    adapter: nasty,
    versions: { signllm: '0' },
    split: 'test',
    files: [{ name: nasty, sha256: 'ab' }],
  },
  notes: [nasty],
}
const report = await evaluate(input, { resamples: 20, tokens: 'whitespace' })
const motions = new Map(clips.map((reference, i) => [reference.name, { reference, generated: generated[i]! }]))
const html = reportHtml(report, (name) => motions.get(name))

let browser: Browser
let opened: Awaited<ReturnType<typeof openPage>> | undefined
async function open(options: Parameters<typeof openPage>[2] = {}): Promise<Page> {
  opened = await openPage(browser, html, { reducedMotion: 'reduce', ...options })
  return opened.page
}
const section = (page: Page, heading: string) => page.locator('section', { has: page.getByRole('heading', { name: heading, exact: true }) })

describe('the report page as text', () => {
  it('lets nothing become markup, and fetches nothing', () => {
    // All of the viewer's page stands in an attribute.
    expect(html.match(/<script/g)).toBeNull()
    expect(html).not.toContain('<img')
    expect(html).not.toMatch(/https?:|\ssrc=|@import|url\(/)
  })
})

describe.skipIf(noBrowser)(`the report page in a browser${noBrowser && ` (${noBrowser})`}`, () => {
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())
  afterEach(async () => {
    const complaints = opened?.complaints
    await opened?.page.context().close()
    opened = undefined
    expect(complaints).toEqual([])
  })

  it('begins with the warnings, and shows foreign text as text', async () => {
    const page = await open()
    expect(await page.locator('h2').first().textContent()).toBe('Before you believe these numbers')
    expect(await page.locator('.warnings li').allTextContents()).toEqual(report.warnings)
    expect(await page.locator('h1').textContent()).toBe(`Evaluation: ${nasty}`)
    expect(await page.locator('code').first().textContent()).toBe(`signllm eval ${nasty}`)
  })

  it('draws bars between floor and ceiling', async () => {
    const page = await open()
    const meters = section(page, 'Between floor and ceiling').locator('.meter')
    expect(await meters.count()).toBe(6)
    const wide = async (name: string) => (await meters.filter({ hasText: name }).locator('.fill').boundingBox())!.width
    const [made, truth, floor] = [await wide('generated'), await wide('ground truth'), await wide('shuffled')]
    expect([made < truth, made > floor]).toEqual([true, true])
    const [mark, bar] = [(await meters.first().locator('.high').boundingBox())!, (await meters.nth(1).locator('.fill').boundingBox())!]
    expect(Math.abs(mark.x - (bar.x + bar.width))).toBeLessThanOrEqual(3)
  })

  it('has the numbers of the report in its tables, worst clips first', async () => {
    const page = await open()
    const rows = await section(page, 'Clips, worst first').locator('tbody tr').all()
    expect(rows).toHaveLength(6)
    expect(await rows[0]!.locator('td').first().textContent()).toBe(report.clips[0]!.name)
    expect(await section(page, 'Text').locator('tbody tr').count()).toBe(6)
    expect(await section(page, 'Glosses').locator('tbody tr').first().locator('td').first().textContent()).toBe(report.glosses[0]!.gloss)
    expect(await page.locator('tr.worst td').first().textContent()).toBe(report.worstClass!.name)
    for (const { hash, scoreSignature } of report.judges) {
      const line = section(page, 'Where the numbers come from').locator('li', { hasText: hash })
      expect(await line.locator('code').textContent()).toBe(scoreSignature)
    }
  })

  it('draws along time what was read, one above the other', async () => {
    const page = await open()
    const clip = report.clips.find(({ name }) => name === 'test/ASL_2')!
    const drawing = page.getByRole('img', { name: 'What was read when in test/ASL_2' })
    const attribute = async (name: string) =>
      Promise.all((await drawing.locator('rect').all()).map(async (one) => Number(await one.getAttribute(name))))
    const [x, y, width] = [await attribute('x'), await attribute('y'), await attribute('width')]
    const runs = [...clip.alignment.generated!, ...clip.alignment['ground truth']!]
    expect(x).toHaveLength(runs.length)
    expect(await drawing.locator('title').allTextContents()).toEqual(runs.map(({ label, from, to }) => `${label}, ${from} to ${to} s`))
    expect(x[1]).toBeCloseTo(x[0]! + width[0]!, 1)
    expect(y.at(-1)).toBeGreaterThan(y[0]!)
  })

  it('plays the worst and the best beside the signers, in a page of its own', async () => {
    const page = await open()
    const viewer = page.frameLocator('iframe')
    await viewer.locator('#play').waitFor()
    expect(await viewer.locator('#clips button').count()).toBe(6)
    expect(await viewer.locator('#clips .name').first().textContent()).toBe(report.clips[0]!.name)
    expect(await viewer.locator('#compare').isVisible()).toBe(true)
    await viewer.locator('#canvas').focus()
    await page.keyboard.press('ArrowRight')
    expect(await viewer.locator('#time').inputValue()).toBe('1')
    // Outside of it the keys are the page's.
    await page.locator('.scroll').first().focus()
    await page.keyboard.press('ArrowRight')
    expect(await viewer.locator('#time').inputValue()).toBe('1')
  })

  it('follows the change from day to night', async () => {
    const page = await open({ colorScheme: 'light' })
    const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
    const day = await ground()
    await page.emulateMedia({ colorScheme: 'dark' })
    expect([day, await ground()]).toEqual(['rgb(241, 242, 244)', 'rgb(13, 15, 18)'])
  })

  it.each([
    { width: 360, height: 640 },
    { width: 390, height: 844 },
  ])('is as wide as a phone of $width × $height', async (viewport) => {
    const page = await open({ viewport, isMobile: true, hasTouch: true })
    expect(await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')).toEqual([viewport.width, viewport.width])
    const out = await page.evaluate(
      `[...document.querySelectorAll('body *')].filter((one) => !one.closest('.scroll > *') && one.getBoundingClientRect().right > innerWidth + 0.5).map((one) => one.outerHTML.slice(0, 80))`,
    )
    expect(out).toEqual([])
  })

  it('names everything, and all that scrolls can be reached by keyboard with a visible focus', async () => {
    const page = await open()
    const nameless = await page.evaluate(
      `[...document.querySelectorAll('iframe, svg[role], [role=region]')].filter((one) => !(one.getAttribute('aria-label') || one.title)).length`,
    )
    expect(nameless).toBe(0)
    const wanted = await page.locator('[tabindex="0"]').count()
    const reached = new Set<string>()
    for (let i = 0; i < wanted; i++) {
      await page.keyboard.press('Tab')
      const [label, outline] = await page.evaluate<[string, string]>(
        `[document.activeElement.getAttribute('aria-label'), getComputedStyle(document.activeElement).outlineStyle]`,
      )
      expect([label, outline]).not.toEqual([label, 'none'])
      reached.add(label)
    }
    expect(reached.size).toBe(wanted)
  })
})
