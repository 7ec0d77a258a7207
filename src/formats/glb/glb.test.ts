import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Object3D, SkinnedMesh, Vector3 } from 'three'
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js'
import { describe, expect, it } from 'vitest'
import type { Motion } from '../../motion/clip.js'
import { rigBones } from '../../motion/rig.js'
import { rigidMotion, worstDistance } from '../../motion/rig.testing.js'
import { rigPoses } from '../../motion/rig_poses.js'
import { JOINTS } from '../../motion/skeleton.js'
import { METRES } from '../bvh.js'
import { player } from '../three.testing.js'
import { encodeGlb, writeGlb } from './glb.js'

async function load(motion: Motion) {
  const bytes = await encodeGlb(motion)
  const { scene, animations } = await new GLTFLoader().parseAsync(bytes.slice().buffer as ArrayBuffer, '')
  const { rest } = rigPoses(motion)
  const at = player(
    scene,
    animations[0]!,
    METRES,
    (_, b) => new Vector3(...(rest[b]!.map((value) => value * METRES) as [number, number, number])),
  )
  return { scene, clip: animations[0]!, at }
}

function skinned(scene: Object3D): SkinnedMesh {
  const found: SkinnedMesh[] = []
  scene.traverse((object) => {
    if (object instanceof SkinnedMesh) found.push(object)
  })
  expect(found).toHaveLength(1)
  return found[0]!
}

describe('a GLB file', () => {
  it('shows three.js every joint where it was, at frames', async () => {
    const motion = rigidMotion(30, 1)
    const { at, clip } = await load(motion)
    expect(clip.duration).toBeCloseTo(29 / 25, 6)
    for (const t of [0, 1, 17, 29]) expect(worstDistance(motion, t, at(t / 25))).toBeLessThan(2e-5)
  })

  it('goes the short way between frames', async () => {
    const motion = rigidMotion(12, 2)
    const { at } = await load(motion)
    const places = (seconds: number): Vector3[] => {
      const place = at(seconds)
      return Array.from({ length: JOINTS }, (_, id) => new Vector3(...place(id)))
    }
    for (const t of [3, 8]) {
      const [here, next, halfway] = [places(t / 25), places((t + 1) / 25), places((t + 0.5) / 25)]
      const farthest = (a: Vector3[], b: Vector3[]): number => Math.max(...a.map((point, id) => point.distanceTo(b[id]!)))
      expect(farthest(here, next)).toBeGreaterThan(0.05)
      expect(farthest(here, halfway)).toBeLessThan(0.8 * farthest(here, next))
      expect(farthest(halfway, next)).toBeLessThan(0.8 * farthest(here, next))
    }
  })

  it('has a skin of our 50 bones and a body that reaches every joint and moves with it', async () => {
    const motion = rigidMotion(8, 3)
    const { scene, at } = await load(motion)
    const mesh = skinned(scene)
    expect(mesh.skeleton.bones.map(({ name }) => name)).toEqual(rigBones.map(({ name }) => name))
    const corners = mesh.geometry.attributes.position!.count
    for (const t of [0, 5]) {
      const place = at(t / 25)
      const points = Array.from({ length: corners }, (_, i) => mesh.getVertexPosition(i, new Vector3()).toArray())
      for (let joint = 0; joint < JOINTS; joint++) {
        const [x, y, z] = place(joint)
        const nearest = Math.min(...points.map((p) => Math.hypot(p[0] / METRES - x, p[1] / METRES - y, p[2] / METRES - z)))
        expect(nearest).toBeLessThan(1e-5)
      }
    }
  })

  it('is written to its file, and takes one frame', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'glb-')), 'a.glb')
    await writeGlb(path, rigidMotion(1, 4))
    const bytes = await readFile(path)
    expect(bytes.toString('latin1', 0, 4)).toBe('glTF')
    expect([bytes.readUInt32LE(4), bytes.readUInt32LE(8)]).toEqual([2, bytes.length])
  })
})
