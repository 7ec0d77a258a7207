// Our pages in a real browser, used as people use them.

import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { cameraFor, projectPoint } from '../src/outputs/camera.js'
import { light, rgb } from '../src/outputs/colours.js'
import { inspectionHtml } from '../src/outputs/inspection/inspection.js'
import { signer } from '../src/outputs/signer.testing.js'
import { type ViewerEntry, viewerHtml } from '../src/outputs/viewer/viewer.js'
import { reportPage } from '../src/profile/page/page.js'
import { about, madeUp, rows } from '../src/profile/profile.testing.js'
import { launchBrowser, noBrowser, openPage } from './browser.js'

const long = 'Tomorrow the weather in the north will be nice, in the south it rains Donaudampfschifffahrtsgesellschaftskapitaen'
const compared: ViewerEntry = {
  title: 'dev/first',
  language: 'ASL',
  text: long,
  motion: signer(60),
  reference: signer(45),
  scores: { DTW: 10.123456, PCK: 0.0482 },
}
const alone: ViewerEntry = { title: 'dev/second', language: 'KSL', text: 'Second', motion: signer(12) }
const viewer = viewerHtml([compared, alone], { title: 'Two clips' })

const clips = ['a', 'b'].map((name) => ({
  clip: { ...signer(20), name: `train/${name}_${'long'.repeat(9)}`, language: 'ASL', text: long },
  findings: ['hands far apart'],
  missing: new Float32Array(50).fill(0.3),
}))
const inspection = inspectionHtml({
  title: 'corpus',
  clips,
  findings: [{ severity: 'error', where: 'train.skels:1', problem: 'wanted 1' }],
})

const before = madeUp(rows)
const profile = madeUp([rows[0]!, { ...rows[1]!, ms: about(6) }])
const report = reportPage(profile, before)

/** Painted quickly by a processor. */
const small = { width: 400, height: 300 }
const phones = [
  { width: 360, height: 640 },
  { width: 360, height: 740 },
  { width: 390, height: 844 },
]

let browser: Browser
let opened: Awaited<ReturnType<typeof openPage>> | undefined

/** Opens the page of the test; whatever the browser has to complain about fails it. */
async function open(html: string, options: Parameters<typeof openPage>[2] = {}): Promise<Page> {
  opened = await openPage(browser, html, options)
  return opened.page
}

const picture = (page: Page): Promise<string> => page.evaluate("document.querySelector('canvas').toDataURL()")
const frame = async (page: Page): Promise<number> => Number(await page.locator('#time').inputValue())
const near = (wanted: number, got: number): boolean => Math.abs(got - wanted) <= 1
const boxes = async (all: Locator) => Promise.all((await all.all()).map(async (one) => (await one.boundingBox())!))

describe.skipIf(noBrowser)(`pages in a browser${noBrowser && ` (${noBrowser})`}`, () => {
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

  describe('the viewer', () => {
    it('plays by itself, pauses, and goes on where it stopped', async () => {
      const page = await open(viewer, { clock: true, viewport: small })
      const first = await picture(page)
      expect([await page.locator('#play').textContent(), await frame(page)]).toEqual(['Pause', 0])
      await page.clock.runFor(800)
      const stopped = await frame(page)
      expect([near(20, stopped), (await picture(page)) === first]).toEqual([true, false])
      await page.locator('#play').click()
      await page.clock.runFor(400)
      expect([await page.locator('#play').textContent(), await frame(page)]).toEqual(['Play', stopped])
      await page.locator('#play').click()
      await page.clock.runFor(400)
      expect([near(stopped + 10, await frame(page)), await page.locator('#play').textContent()]).toEqual([true, 'Pause'])
    })

    it('plays in the browser’s own time', async () => {
      const page = await open(viewer)
      await expect.poll(() => frame(page), { timeout: 20_000 }).toBeGreaterThan(3)
    })

    it.each([
      ['0.25', 4],
      ['1', 15],
      ['2', 30],
    ] as const)('plays at speed %s', async (speed, wanted) => {
      // biome-ignore format: one speed a pair
      const page = await open(viewer, { clock: true, viewport: small, reducedMotion: 'reduce' })
      await page.locator('#speed').selectOption(speed)
      await page.locator('#play').click()
      await page.clock.runFor(600)
      expect([near(wanted, await frame(page)), await frame(page)]).toEqual([true, expect.any(Number)])
    })

    it.each([true, false])('begins again at the end where it loops: %s', async (loop) => {
      const page = await open(viewer, { clock: true, viewport: small, reducedMotion: 'reduce' })
      await page.locator('#loop').setChecked(loop)
      // 60 frames last 2.4 s: 2 s and 0.6 more end 0.2 s into the second turn.
      await page.locator('#time').fill('50')
      await page.locator('#play').click()
      await page.clock.runFor(600)
      const [at, button] = [await frame(page), await page.locator('#play').textContent()]
      if (loop) expect([near(5, at), button]).toEqual([true, 'Pause'])
      else expect([at, button]).toEqual([59, 'Play'])
    })

    it('stands still for who asks for less motion', async () => {
      const page = await open(viewer, { clock: true, reducedMotion: 'reduce' })
      await page.clock.runFor(1000)
      expect([await frame(page), await page.locator('#play').textContent()]).toEqual([0, 'Play'])
    })

    it('draws the frame that is asked for, by slider, button or key', async () => {
      const page = await open(viewer, { reducedMotion: 'reduce' })
      const first = await picture(page)
      await page.locator('#time').fill('30')
      expect(await page.locator('#counter').textContent()).toBe('31 / 60 · 1.20 s')
      const middle = await picture(page)
      expect(middle).not.toBe(first)
      await page.locator('#forward').click()
      expect([await frame(page), (await picture(page)) === middle]).toEqual([31, false])
      await page.locator('#back').click()
      expect([await frame(page), (await picture(page)) === middle]).toEqual([30, true])
      await page.locator('#canvas').focus()
      for (const [key, wanted] of [
        ['ArrowRight', 31],
        ['ArrowLeft', 30],
        ['End', 59],
        ['ArrowRight', 59],
        ['Home', 0],
        ['ArrowLeft', 0],
      ] as const) {
        // biome-ignore format: one key a pair
        await page.keyboard.press(key)
        expect([key, await frame(page)]).toEqual([key, wanted])
      }
      expect(await picture(page)).toBe(first)
      expect(await page.locator('#time').getAttribute('aria-valuetext')).toBe('frame 1 of 60')
    })

    it('plays by the space bar wherever the focus is, and leaves it to the controls that answer to it', async () => {
      const page = await open(viewer, { clock: true, reducedMotion: 'reduce' })
      const play = page.locator('#play')
      for (const id of ['#canvas', '#time', '#play']) {
        await page.locator(id).press(' ')
        expect([id, await play.textContent()]).toEqual([id, 'Pause'])
        await page.locator(id).press(' ')
        expect([id, await play.textContent()]).toEqual([id, 'Play'])
      }
      await page.locator('#loop').press(' ')
      expect([await page.locator('#loop').isChecked(), await play.textContent()]).toEqual([false, 'Play'])
    })

    it('changes the clip by list or key, with its sentence, scores and length', async () => {
      const page = await open(viewer, { reducedMotion: 'reduce' })
      const shown = async () => [
        await page.locator('#sentence').textContent(),
        await page.locator('#language').textContent(),
        await page.locator('#scores dd').allTextContents(),
        await page.locator('#time').getAttribute('max'),
        await page.locator('#compare').isVisible(),
        await page.locator('[aria-current] .name').textContent(),
      ]
      const [one, two] = [[long, 'ASL', ['10.12', '0.05'], '59', true, 'dev/first'], ['Second', 'KSL', [], '11', false, 'dev/second']] // biome-ignore format: one clip a row
      expect(await shown()).toEqual(one)
      await page.locator('#clips button').nth(1).click()
      expect(await shown()).toEqual(two)
      await page.locator('#canvas').press('ArrowUp')
      expect(await shown()).toEqual(one)
    })

    it('keeps the clip that is shown in sight in a long list, and the page where it is', async () => {
      const many = Array.from({ length: 30 }, (_, i) => ({ ...alone, title: `clip ${i}` }))
      const page = await open(viewerHtml(many, { title: 'Many' }), { viewport: { width: 360, height: 640 }, reducedMotion: 'reduce' })
      await page.evaluate('scrollTo(0, 150)')
      for (let i = 0; i < 12; i++) await page.locator('#canvas').press('ArrowDown')
      const [list, current] = [(await page.locator('#list').boundingBox())!, (await page.locator('[aria-current]').boundingBox())!]
      expect(await page.locator('[aria-current] .name').textContent()).toBe('clip 12')
      expect([current.y >= list.y - 1, current.y + current.height <= list.y + list.height + 1]).toEqual([true, true])
      expect(await page.evaluate('scrollY')).toBe(150)
    })

    it('compares in four ways, each another picture', async () => {
      const page = await open(viewer, { reducedMotion: 'reduce' })
      // The reference has ended by then, the generated motion not.
      await page.locator('#time').fill('50')
      const seen = new Set<string>()
      for (const mode of ['side', 'overlay', 'generated', 'reference']) {
        await page.locator('#mode').selectOption(mode)
        seen.add(await picture(page))
      }
      expect(seen.size).toBe(4)
    })

    it('shows a motion that has ended as a whole that is seen through', async () => {
      const page = await open(viewer, { reducedMotion: 'reduce' })
      await page.locator('#mode').selectOption('reference')
      await page.locator('#time').fill('50')
      const { width, height } = (await page.locator('#canvas').boundingBox())!
      const camera = cameraFor([signer(60), signer(45)])
      const size = Math.min(width, height)
      // Beside the nose, where the head's fill lies over its edge's colour.
      const head = projectPoint(0.05, -0.2, 0, camera, size)
      const [x, y] = [head.x + (width - size) / 2, head.y + (height - size) / 2].map(Math.round)
      const pixel = await page.evaluate<number[]>(
        `[...document.querySelector('canvas').getContext('2d').getImageData(${x}, ${y}, 1, 1).data].slice(0, 3)`,
      )
      rgb(light.headFill).forEach((channel, i) => {
        const wanted = 0.3 * channel + 0.7 * rgb(light.paper)[i]!
        expect(Math.abs(pixel[i]! - wanted)).toBeLessThanOrEqual(1.5)
      })
    })

    it('turns and zooms by pointer and keys, and back to the front', async () => {
      const page = await open(viewer, { reducedMotion: 'reduce' })
      const front = await picture(page)
      const { x, y } = (await page.locator('#canvas').boundingBox())!
      const turns: Record<string, () => Promise<void>> = {
        drag: async () => {
          await page.mouse.move(x + 100, y + 100)
          await page.mouse.down()
          await page.mouse.move(x + 180, y + 120)
          await page.mouse.up()
        },
        wheel: async () => {
          await page.mouse.move(x + 100, y + 100)
          await page.mouse.wheel(0, -200)
          await expect.poll(() => picture(page)).not.toBe(front)
        },
        arrows: () => page.locator('#canvas').press('Shift+ArrowLeft'),
        plus: () => page.locator('#canvas').press('+'),
        perspective: () => page.locator('#perspective').check(),
      }
      for (const [name, turn] of Object.entries(turns)) {
        await turn()
        expect([name, (await picture(page)) === front, await frame(page)]).toEqual([name, false, 0])
        await page.locator('#perspective').uncheck()
        await page.locator('#canvas').press('r')
        expect([name, (await picture(page)) === front]).toEqual([name, true])
      }
    })

    it('follows the change from day to night', async () => {
      const page = await open(viewer, { reducedMotion: 'reduce', colorScheme: 'light' })
      const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
      const day = [await picture(page), await ground()]
      await page.emulateMedia({ colorScheme: 'dark' })
      await expect.poll(() => picture(page)).not.toBe(day[0])
      expect([day[1], await ground()]).toEqual(['rgb(241, 242, 244)', 'rgb(13, 15, 18)'])
    })

    it.each(phones)('shows all its play controls with the picture on a phone of $width × $height', async (viewport) => {
      const named = viewerHtml([compared, alone], { title: 'A title as long as that of the demo, generated beside what was signed' })
      const page = await open(named, { viewport, isMobile: true, hasTouch: true, reducedMotion: 'reduce' })
      const transport = ['#back', '#play', '#forward', '#time', '#counter']
      const inSight = async () => {
        for (const [i, { x, y, width, height }] of (await boxes(page.locator(transport.join(', ')))).entries()) {
          const inside = x >= 0 && y >= 0 && x + width <= viewport.width && y + height <= viewport.height
          expect([transport[i], inside, i === 4 || height >= 44]).toEqual([transport[i], true, true])
        }
      }
      await inSight()
      const [bar, stage] = [(await page.locator('.transport').boundingBox())!, (await page.locator('#stage').boundingBox())!]
      expect(stage.y + stage.height).toBeLessThanOrEqual(bar.y + 1)
      await page.evaluate('scrollTo(0, document.querySelector("#stage").getBoundingClientRect().top)')
      await inSight()
      await page.locator('#forward').tap()
      expect(await frame(page)).toBe(1)
    })

    it('without clips says so and offers nothing to press', async () => {
      const page = await open(viewerHtml([], { title: 'None' }))
      expect(await page.locator('#sentence').textContent()).toBe('No clips.')
      expect(await page.locator('button:enabled, input:enabled, select:enabled').count()).toBe(0)
      await page.keyboard.press(' ')
    })
  })

  describe.each(Object.entries({ viewer, inspection, report }))('the %s page', (_, html) => {
    it.each(phones)('is as wide as a phone of $width × $height, its targets as large as fingers', async (viewport) => {
      const page = await open(html, { viewport, isMobile: true, hasTouch: true, reducedMotion: 'reduce' })
      expect(await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')).toEqual([viewport.width, viewport.width])
      const targets = page.locator('button, select, label:has(input), input, summary, canvas').filter({ visible: true })
      for (const { width, height } of await boxes(targets)) expect(Math.min(width, height)).toBeGreaterThanOrEqual(24)
      for (const { width, height } of await boxes(page.locator('button, select').filter({ visible: true })))
        expect(Math.min(width, height)).toBeGreaterThanOrEqual(44)
      // Nothing sticks out of the window but what scrolls by itself.
      const out = await page.evaluate(
        `[...document.querySelectorAll('body *')].filter((one) => !one.closest('.scroll > *') && one.getBoundingClientRect().right > innerWidth + 0.5).map((one) => one.outerHTML)`,
      )
      expect(out).toEqual([])
    })

    it('names everything, and all of it can be reached by keyboard with a visible focus', async () => {
      const page = await open(html, { reducedMotion: 'reduce' })
      const nameless = await page.evaluate(`[...document.querySelectorAll('button, select, input, canvas, svg[role], [role=region]')]
        .filter((one) => !(one.getAttribute('aria-label') || one.textContent.trim() || one.closest('label')))
        .map((one) => one.outerHTML.slice(0, 80))`)
      expect(nameless).toEqual([])
      const wanted = await page.locator('button, select, input, summary, [tabindex="0"]').filter({ visible: true }).count()
      const reached = new Set<string>()
      for (let i = 0; i < wanted; i++) {
        await page.keyboard.press('Tab')
        const [place, outline] = await page.evaluate<[string, string]>(
          `(() => { const one = document.activeElement; return [[...document.querySelectorAll('*')].indexOf(one) + one.tagName, getComputedStyle(one).outlineStyle] })()`,
        )
        expect([place, outline]).not.toEqual([place, 'none'])
        reached.add(place)
      }
      expect(reached.size).toBe(wanted)
    })
  })

  describe('the profile report', () => {
    const cells = (page: Page, heading: string) =>
      page.evaluate<string[][]>(
        `[...[...document.querySelectorAll('section')].find((one) => one.querySelector('h2').textContent === ${JSON.stringify(heading)}).querySelectorAll('tr')].map((row) => [...row.cells].map((cell) => cell.textContent))`,
      )

    it('shows what the profile holds', async () => {
      const page = await open(report)
      for (const [heading, name] of [
        ['By module', 'path'],
        ['By kernel', 'kernel'],
      ] as const) {
        // biome-ignore format: one table a pair
        const [, ...shown] = await cells(page, heading)
        const wanted = profile.rows.map((row) => [row[name], String(row.calls), row.ms.median.toFixed(3)])
        expect(shown.map((row) => row.slice(0, 3))).toEqual(wanted)
      }
      expect(await cells(page, 'Compared with the earlier profile')).toContainEqual([
        'kernel attention',
        '4.000',
        '6.000',
        '1.50',
        'slower',
      ])
      // As long as their shares of the time, 6 to 6.
      const bars = await boxes(page.locator('section:has(h2:text-is("By kernel")) td.bar i'))
      expect(bars[0]!.width).toBeCloseTo(bars[1]!.width, 1)
      expect(await page.locator('svg[aria-label="Roofline of the kernels"] circle').count()).toBe(2)
      expect(await page.locator('svg[aria-label="Activation buffers of program 1"] rect').count()).toBe(
        profile.memory.programs[0]!.tensors.length,
      )
    })

    it('keeps what stayed the same folded away', async () => {
      const page = await open(report)
      const same = page.getByText('kernel linear')
      expect(await same.isVisible()).toBe(false)
      await page.locator('summary').press('Enter')
      expect(await same.isVisible()).toBe(true)
    })

    it('tells on the timeline which span is under the pointer, for how long', async () => {
      const page = await open(report)
      await page.locator('#timeline').scrollIntoViewIfNeeded()
      const { x, y, width } = (await page.locator('#timeline').boundingBox())!
      // All of it lasts 6 ms; lanes are laid in src/pages/timeline/lanes.ts.
      const told = async (ms: number, down: number): Promise<string | null> => {
        await page.mouse.move(x + (ms / 6) * width, y + down)
        return page.locator('#under').textContent()
      }
      expect(await told(0.5, 40)).toBe('host: encode: 1.000 ms')
      expect(await told(2, 140)).toBe('encoder.0/self linear (linear_subgroup): 1.500 ms')
      expect(await told(4, 80)).toBe('decoder.0/self: 2.000 ms')
      expect(await told(5.5, 140)).toBe('')
    })

    it('looks closer, moves and shows it all again', async () => {
      const page = await open(report)
      const canvas = page.locator('#timeline')
      const all = await picture(page)
      const closer = async (look: () => Promise<void>, whole: () => Promise<void>) => {
        await look()
        await expect.poll(() => picture(page)).not.toBe(all)
        await whole()
        await expect.poll(() => picture(page)).toBe(all)
      }
      await closer(() => canvas.press('+'), () => canvas.press('0')) // biome-ignore format: there and back
      await closer(() => page.getByLabel('Closer').click(), () => page.getByLabel('Wider').click()) // biome-ignore format: there and back
      await closer(() => canvas.hover().then(() => page.mouse.wheel(0, -300)), () => page.getByText('All', { exact: true }).click()) // biome-ignore format: there and back
      await canvas.press('+')
      const close = await picture(page)
      await canvas.press('ArrowRight')
      const moved = await picture(page)
      expect([moved === close, moved === all]).toEqual([false, false])
      // However close: the ruler still has numbers, and the page an answer.
      for (let i = 0; i < 150; i++) await canvas.press('+')
      expect(await picture(page)).not.toBe(close)
      await canvas.dblclick()
      expect(await picture(page)).toBe(all)
    })
  })
})
