import { describe, expect, it } from 'vitest'
import { unpackClip, unpackMotion } from '../../pages/viewer/shown_clip.js'
import { escapeMarkup, scriptJson } from '../markup.js'
import { signer } from '../signer.testing.js'
import type { ViewerData } from './data.js'
import { packMotion, viewerHtml } from './viewer.js'

const motion = signer(12)
const nasty = '</script><script>alert(1)</script> <!-- <b> & " \u2028 über 手話'

function pageData(html: string): ViewerData {
  return JSON.parse(/<script type="application\/json" id="page-data">(.*?)<\/script>/s.exec(html)![1]!) as ViewerData
}

describe('viewer', () => {
  const entry = { title: 'dev/1', language: 'ASL', text: 'Hello', motion }

  it('holds motions the page itself unpacks to within a rounding step', () => {
    const [clip] = pageData(viewerHtml([{ ...entry, reference: signer(7) }], { title: 'Page' })).clips
    const { motion: back, reference } = unpackClip(clip!)
    expect([back.frames, back.fps, back.joints.length]).toEqual([12, 25, 12 * 150])
    expect(clip!.motion.step).toBeLessThan(2e-5)
    back.joints.forEach((value, i) => {
      expect(Math.abs(value - motion.joints[i]!)).toBeLessThanOrEqual(clip!.motion.step * 0.51)
    })
    expect(reference!.frames).toBe(7)
  })

  it('survives a motion of zeros', () => {
    expect(unpackMotion(packMotion({ ...motion, joints: new Float32Array(1800) })).joints.every((value) => value === 0)).toBe(true)
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

  it('asks nothing of the network', () => {
    expect(viewerHtml([entry], { title: 'Page' })).not.toMatch(/https?:|\ssrc=|@import|url\(/)
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
