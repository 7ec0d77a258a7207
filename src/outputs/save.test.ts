import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { saveMotion, writerFor } from './save.js'
import { signer } from './signer.testing.js'

const folder = mkdtempSync(join(tmpdir(), 'signllm-'))
const motion = signer(3)
const about = { text: 'Hello & <bye>', language: 'ASL', reference: signer(4) }

describe('saveMotion', () => {
  it.each([
    ['a.png', '\x89PNG'],
    ['a.SVG', '<svg '],
    ['a.gif', 'GIF89a'],
    ['a.html', '<!doctype html>'],
    ['a.json', '{"format":"signllm-motion-1"'],
    ['a.skels', `${motion.joints[0]}`.slice(0, 4)],
    ['a.pose', '\xcd\xcc\x4c\x3e'],
    ['a.bvh', 'HIERARCHY'],
    ['a.GLB', 'glTF'],
    ['a.npz', 'PK'],
  ])('writes %s', async (name, start) => {
    await saveMotion(join(folder, name), motion, about)
    const file = readFileSync(join(folder, name), 'latin1')
    expect(file.slice(0, start.length)).toBe(start)
  })

  it('says the sentence and shows the reference where the format can', async () => {
    await saveMotion(join(folder, 'b.svg'), motion, about)
    const svg = readFileSync(join(folder, 'b.svg'), 'utf8')
    expect(svg).toContain('ASL: Hello &amp; &lt;bye&gt;')
    expect(svg).toContain('reference 1/4')
  })

  it.each(['a.bmp', 'a', 'a.constructor', '.gif'])('refuses %s and lists what it can', async (name) => {
    expect(() => writerFor(name)).toThrow(
      /wanted a name ending in one of \.png \.svg \.gif \.html \.json \.skels \.pose \.bvh \.glb \.npz, got/,
    )
    await expect(saveMotion(name, motion, about)).rejects.toMatchObject({ code: 'ERR_USAGE' })
  })
})
