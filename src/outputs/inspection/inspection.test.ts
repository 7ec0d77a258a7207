import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Clip } from '../../motion/clip.js'
import { bones, JOINTS, joint } from '../../motion/skeleton.js'
import { signer } from '../signer.testing.js'
import { boneBars, lengthHistogram, missingHeatMap, percent } from './charts.js'
import { inspectionHtml, writeInspection } from './inspection.js'

const clip = (name: string, frames: number, more: Partial<Clip> = {}): Clip => ({
  ...signer(frames),
  name,
  language: 'ASL',
  text: `says ${name}`,
  ...more,
})
const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0

describe('the inspection page', () => {
  it('counts, shows, and lists what was found, and runs and fetches nothing', () => {
    const html = inspectionHtml({
      title: 'rain <train>',
      about: [['licence', 'CC0 & more']],
      clips: [{ clip: clip('a', 10), findings: ['not <well>'] }, { clip: clip('b', 15, { language: 'KSL', text: '<b>bold</b>' }) }],
      findings: [{ severity: 'error', where: 'train.skels:1', problem: 'wanted 1 & got 2' }],
    })
    expect(html).toContain('<title>rain &lt;train&gt;</title>')
    for (const fact of ['<dd>2</dd>', '<dd>25</dd>', '<dd>1.0 s</dd>', '<dd>ASL 1, KSL 1</dd>', '<dd>CC0 &amp; more</dd>'])
      expect(html).toContain(fact)
    expect(html).toContain('Findings: 1 error, 0 warnings')
    expect(html).toContain('<span class="where">train.skels:1</span> wanted 1 &amp; got 2')
    expect(html).toContain('<td>not &lt;well&gt;</td>')
    expect(html).toContain('&lt;b&gt;bold&lt;/b&gt;')
    expect(count(html, /<figure>/g)).toBe(2)
    expect(html).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org\/2000\/svg)|Missing joints|<b>bold/)
  })

  it('stays a page for a large corpus', () => {
    const motion = signer(2)
    const clips = Array.from({ length: 700 }, (_, i) => ({
      clip: { ...motion, name: `clip${i}`, language: 'ASL', text: 'x' },
      missing: new Float32Array(JOINTS).fill(1),
    }))
    const html = inspectionHtml({ title: 'large', clips })
    expect(count(html, /<figure>/g)).toBe(24)
    expect(count(html, /<td class="name">/g)).toBe(500)
    expect(html).toContain('The first 500 of 700.')
    expect(html).toContain('<th class="number">not seen</th>')
    expect(html.length).toBeLessThan(4 << 20)
  })

  it('is written to its file', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'inspection-')), 'a.html')
    await writeInspection(path, { title: 'a', clips: [{ clip: clip('a', 1) }] })
    expect(await readFile(path, 'utf8')).toMatch(/^<!doctype html>/)
  })
})

describe('charts', () => {
  it('count every clip into one bar of the histogram', () => {
    const svg = lengthHistogram([0.5, 1, 1.5, 2, 2, 12])
    const counts = [...svg.matchAll(/<title>(\d+) of ([\d.]+) to ([\d.]+) s/g)].map(([, n, from]) => [Number(n), Number(from)])
    expect(counts).toHaveLength(24)
    expect(counts.reduce((sum, [n]) => sum + n!, 0)).toBe(6)
    expect(counts.filter(([n]) => n! > 0)).toEqual([
      [1, 0.5],
      [1, 1],
      [1, 1.5],
      [2, 2],
      [1, 11.5],
    ])
    expect(svg).not.toMatch(/NaN|Infinity/)
    expect(lengthHistogram([0.04])).not.toMatch(/NaN|Infinity/)
  })

  it('mark the joints that were not seen, by clip or by neighbouring clips', () => {
    const none = new Float32Array(JOINTS)
    const half = none.slice()
    half[joint.leftHand] = 0.5
    expect(count(missingHeatMap([none, none]), /<title>/g)).toBe(0)
    expect(missingHeatMap([none, half])).toContain('<title>leftHand: missing in 50 %</title>')
    const many = missingHeatMap(Array.from({ length: 320 }, (_, i) => (i % 2 ? half : none)))
    expect(count(many, /leftHand: missing in 25 %/g)).toBe(160)
  })

  it('have a bar for every bone that has a length', () => {
    const spread = new Float64Array(bones.length).fill(0.01)
    spread[0] = 0.02
    spread[48] = Number.NaN
    const html = boneBars(spread)
    expect(count(html, /class="bar"/g)).toBe(48)
    expect(html).toContain('<span>neck</span><span><i style="width:100%"></i></span><b>2.0 %</b>')
    expect([percent(0.004), percent(0.099), percent(0.1), percent(1)]).toEqual(['0.4 %', '9.9 %', '10 %', '100 %'])
  })
})
