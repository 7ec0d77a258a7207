import { describe, expect, it } from 'vitest'
import { frameAt } from '../motion/clip.js'
import { joint } from '../motion/skeleton.js'
import { cameraFor, project } from './camera.js'
import { light } from './colours.js'
import { signer } from './signer.testing.js'
import { svgSheet } from './svg.js'

/** Counts elements by name; throws where tags do not match or text holds a bare `<` or `&`. */
function wellFormed(source: string): Record<string, number> {
  const counts: Record<string, number> = {}
  const open: string[] = []
  const tag = /<(\/?)([a-z]+)((?:\s+[A-Za-z-]+="[^"<&]*")*)\s*(\/?)>/y
  for (let at = 0; at < source.length; ) {
    tag.lastIndex = at
    const match = tag.exec(source)
    if (!match) {
      const text = /^[^<]+/.exec(source.slice(at))?.[0]
      if (!text || /&(?!(amp|lt|gt|quot|#39);)/.test(text)) throw new Error(`not XML at ${at}: ${source.slice(at, at + 40)}`)
      at += text.length
      continue
    }
    const [whole, closing, name, , empty] = match as unknown as [string, string, string, string, string]
    if (closing) expect(open.pop()).toBe(name)
    else {
      counts[name] = (counts[name] ?? 0) + 1
      if (!empty) open.push(name)
    }
    at += whole.length
  }
  expect(open).toEqual([])
  return counts
}

const motion = signer(20)

describe('SVG', () => {
  it('is well-formed whatever the caption', () => {
    const source = svgSheet(motion, { caption: '</svg> <b> & "quoted" \u0000 wird’s über 手話' })
    expect(wellFormed(source)).toMatchObject({ svg: 9, text: 9, title: 1 })
    expect(source).toContain('&lt;/svg&gt; &lt;b&gt; &amp; &quot;quoted&quot; \ufffd wird’s über 手話')
    expect(() => wellFormed('<svg><g></svg>')).toThrow()
    expect(() => wellFormed('<svg>a & b</svg>')).toThrow()
  })

  it('draws a gap and a line for each of 17 limbs in each frame, at the joints', () => {
    const source = svgSheet(motion, { frames: 2, columns: 2, size: 100 })
    expect(wellFormed(source)).toMatchObject({ polyline: 2 * 2 * 17, circle: 2 * (3 + 30) })
    const hand = project(frameAt(motion, 0), cameraFor([motion]), 100)[joint.rightHand]!
    const end = `${Math.round(hand.x * 10) / 10} ${Math.round(hand.y * 10) / 10}`
    expect(source).toMatch(new RegExp(`<polyline points="[0-9. ]* ${end}" stroke="${light.parts.rightArm}"`))
  })

  it('labels frames, and reference and generated where both are shown', () => {
    expect(svgSheet(motion, { frames: 2 })).toContain('>20/20<')
    const pair = svgSheet(signer(5), { frames: 2, reference: motion })
    for (const label of ['reference 1/20', 'generated 1/5', 'reference 20/20', 'generated ended']) expect(pair).toContain(`>${label}<`)
  })
})
