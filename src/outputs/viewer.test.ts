import vm from 'node:vm'
import { describe, expect, it } from 'vitest'
import type { Motion } from '../motion/clip.js'
import { escapeMarkup, scriptJson } from './markup.js'
import { signer } from './signer.testing.js'
import { type PackedMotion, packMotion, viewerHtml } from './viewer.js'
import { viewerControls } from './viewer_controls.js'
import { viewerScene } from './viewer_scene.js'

const motion = signer(12)
const nasty = '</script><script>alert(1)</script> <!-- <b> & " \u2028 über 手話'

interface PageData {
  clips: { title: string; text: string; scores: [string, string][]; motion: PackedMotion; reference?: PackedMotion; extent: number }[]
}

function pageData(html: string): PageData {
  return JSON.parse(/<script type="application\/json" id="page-data">(.*?)<\/script>/s.exec(html)![1]!) as PageData
}

/** The page's own scripts, run against just enough of a browser to load its data. */
function sceneOf(html: string): { unpack: (packed: PackedMotion) => Motion; paintFrame: (...values: unknown[]) => void } {
  const text = JSON.stringify(pageData(html))
  const context = vm.createContext({ atob, document: { getElementById: () => ({ textContent: text }) } })
  return vm.runInContext(`${viewerScene}\n;({ unpack, paintFrame })`, context)
}

describe('viewer', () => {
  const entry = { title: 'dev/1', language: 'ASL', text: 'Hello', motion }

  it('holds motions the page itself unpacks to within a rounding step', () => {
    const html = viewerHtml([{ ...entry, reference: signer(7) }], { title: 'Page' })
    const [clip] = pageData(html).clips
    const { unpack } = sceneOf(html)
    const back = unpack(clip!.motion)
    expect([back.frames, back.fps, back.joints.length]).toEqual([12, 25, 12 * 150])
    expect(clip!.motion.step).toBeLessThan(2e-5)
    back.joints.forEach((value, i) => {
      expect(Math.abs(value - motion.joints[i]!)).toBeLessThanOrEqual(clip!.motion.step * 0.51)
    })
    expect(unpack(clip!.reference!).frames).toBe(7)
  })

  it('survives a motion of zeros', () => {
    const { unpack } = sceneOf(viewerHtml([entry], { title: '' }))
    expect(unpack(packMotion({ ...motion, joints: new Float32Array(1800) })).joints.every((value) => value === 0)).toBe(true)
  })

  it('paints all limbs of a frame', () => {
    const html = viewerHtml([entry], { title: '' })
    const { paintFrame } = sceneOf(html)
    let strokes = 0
    const ignore = () => undefined
    const context = { beginPath: ignore, arc: ignore, lineTo: ignore, fill: ignore, stroke: () => strokes++ }
    const camera = { yaw: 0.3, pitch: 0.1, zoom: 1, perspective: true }
    const data = JSON.parse(JSON.stringify(pageData(html))) as { palettes: { light: unknown } } & PageData
    paintFrame(context, motion, 0, data.clips[0], camera, { x: 200, y: 200, size: 400 }, data.palettes.light, '')
    expect(strokes).toBe(2 * 17 + 1)
  })

  it('lets no text become markup', () => {
    const html = viewerHtml([{ title: nasty, language: nasty, text: nasty, motion, scores: { [nasty]: nasty } }], { title: nasty })
    expect(html.match(/<script/g)).toHaveLength(2)
    expect(html.match(/<\/script/g)).toHaveLength(2)
    expect(html.match(/<title>(.*)<\/title>/s)![1]).toBe(escapeMarkup(nasty))
    expect(html).not.toContain('alert(1)</')
    const [clip] = pageData(html).clips
    expect([clip!.title, clip!.text, clip!.scores]).toEqual([nasty, nasty, [[nasty, nasty]]])
    expect(scriptJson({ a: '<!--' })).toBe('{"a":"\\u003c!--"}')
  })

  it('asks nothing of the network, and its scripts stay whole in a page', () => {
    const html = viewerHtml([entry], { title: 'Page' })
    expect(html).not.toMatch(/https?:|\ssrc=|@import|url\(/)
    expect(viewerScene + viewerControls).not.toContain('</')
  })

  it('rounds scores for reading', () => {
    const { clips } = pageData(
      viewerHtml(
        [{ ...entry, scores: { DTW: 10.123456, frames: 12, PCK: 0.0482, none: 0, tiny: 0.001, below: -1e-9, p: Number.NaN, tag: 'x' } }],
        { title: '' },
      ),
    )
    expect(clips[0]!.scores.map(([, score]) => score)).toEqual(['10.12', '12', '0.05', '0', '<0.01', '>-0.01', 'NaN', 'x'])
  })

  it('refuses a malformed motion by its title', () => {
    expect(() => viewerHtml([{ ...entry, motion: { ...motion, frames: 13 } }], { title: '' })).toThrow(
      'dev/1: wanted 1950 numbers for 13 frames',
    )
  })
})
