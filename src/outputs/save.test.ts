import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
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
    ['a.apng', '\x89PNG'],
    ['a.mp4', '\0\0\0\x18ftyp'],
    ['a.html', '<!doctype html>'],
    ['a.json', '{"format":"signllm-motion-1"'],
    ['a.skels', `${motion.joints[0]}`.slice(0, 4)],
    ['a.pose', '\xcd\xcc\x4c\x3e'],
    ['a.bvh', 'HIERARCHY'],
    ['a.GLB', 'glTF'],
    ['a.npz', 'PK'],
    ['poses.npz', 'PK'],
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

  const endings = ['png', 'svg', 'gif', 'apng', 'mp4', 'html', 'json', 'skels', 'pose', 'bvh', 'glb', 'npz']
  it.each(endings)('refuses a number that is not finite in .%s, names its frame and joint, and leaves nothing', async (ending) => {
    const path = join(folder, `broken.${ending}`)
    for (const bad of [Number.NaN, Number.NEGATIVE_INFINITY]) {
      const joints = motion.joints.slice()
      joints[150 + 3 * 12 + 1] = bad
      await expect(saveMotion(path, { ...motion, joints }, { text: '', language: 'ASL' })).rejects.toMatchObject({
        code: 'ERR_DATA',
        message: expect.stringContaining(`wanted finite coordinates, got ${bad} in frame 1, joint 12 y (leftThumb4)`),
      })
    }
    expect(readdirSync(folder).filter((name) => name.startsWith(`broken.${ending}`))).toEqual([])
  })

  it.each(['png', 'svg', 'gif', 'apng', 'mp4', 'html'])('refuses it in the reference of .%s too', async (ending) => {
    const reference = { ...motion, joints: motion.joints.map((value, i) => (i === 0 ? Number.NaN : value)) }
    await expect(saveMotion(join(folder, `beside.${ending}`), motion, { ...about, reference })).rejects.toThrow('NaN in frame 0, joint 0 x')
  })

  it.each(['a.bmp', 'a', 'a.constructor', '.gif'])('refuses %s and lists what it can', async (name) => {
    expect(() => writerFor(name)).toThrow(
      /wanted a name ending in one of \.png \.svg \.gif \.apng \.mp4 \.html \.json \.skels \.pose \.bvh \.glb \.npz poses\.npz \.dwpose, got/,
    )
    await expect(saveMotion(name, motion, about)).rejects.toMatchObject({ code: 'ERR_USAGE' })
  })
})
