import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Object3D, Vector3 } from 'three'
import { BVHLoader } from 'three/addons/loaders/BVHLoader.js'
import { describe, expect, it } from 'vitest'
import { syntheticCorpus } from '../data/synthetic/corpus.js'
import { rigidMotion, worstDistance } from '../motion/rig.testing.js'
import { encodeBvh, METRES, writeBvh } from './bvh.js'
import { player } from './three.testing.js'

const endSite = (bone: Object3D): Vector3 => new Vector3(...bone.children[0]!.position.toArray())

function load(text: string) {
  const { skeleton, clip } = new BVHLoader().parse(text)
  const root = new Object3D().add(skeleton.bones[0]!)
  return { skeleton, clip, at: player(root, clip, METRES * 100, endSite) }
}

describe('a BVH file', () => {
  it('shows three.js every joint where it was, for a motion that stretches no bone', () => {
    for (const seed of [1, 2]) {
      const motion = rigidMotion(30, seed)
      const { at, skeleton, clip } = load(encodeBvh(motion))
      expect(skeleton.bones.filter(({ type, name }) => type === 'Bone' && name !== 'ENDSITE')).toHaveLength(50)
      expect(clip.tracks[0]!.times).toHaveLength(30)
      for (const t of [0, 1, 13, 29]) expect(worstDistance(motion, t, at(t / 25))).toBeLessThan(1e-5)
    }
  })

  it('shows signing of the built-in corpus where it was', () => {
    const clip = syntheticCorpus({ languages: ['ASL'], clipsPerLanguage: 10, seed: 3 }).train[0]!
    const { at } = load(encodeBvh(clip))
    for (let t = 0; t < clip.frames; t += 9) expect(worstDistance(clip, t, at(t / clip.fps))).toBeLessThan(1e-5)
  })

  it('has angles that go on without a jump, beyond half a turn too', () => {
    const numbers = encodeBvh(rigidMotion(200, 3))
      .split('Frame Time')[1]!
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(' ').map(Number))
    expect(numbers.every((line) => line.length === 3 + 150)).toBe(true)
    const jumps = numbers.slice(1).map((line, t) => Math.max(...line.map((value, i) => Math.abs(value - numbers[t]![i]!))))
    expect(Math.max(...jumps)).toBeLessThan(181)
    expect(Math.max(...numbers.flat().map(Math.abs))).toBeGreaterThan(180)
  })

  it('is written to its file, never with a minus before nothing, and not at all for a broken motion', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'bvh-')), 'a.bvh')
    await writeBvh(path, rigidMotion(2, 4))
    const text = await readFile(path, 'utf8')
    expect(text).toMatch(/^HIERARCHY\nROOT body\n\{\n {2}OFFSET 0\.00000 0\.00000 0\.00000\n {2}CHANNELS 6 /)
    expect(text).not.toContain('-0.00000 ')
    expect(text).toContain('Frames: 2\nFrame Time: 0.04000000\n')
    const broken = rigidMotion(2, 4)
    broken.joints[7] = Number.POSITIVE_INFINITY
    await expect(writeBvh(path, broken)).rejects.toThrow(/a\.bvh: wanted finite coordinates, got Infinity in frame 0, joint 2 y/)
    expect(await readFile(path, 'utf8')).toBe(text)
  })
})
