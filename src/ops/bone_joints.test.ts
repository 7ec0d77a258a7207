import { expect, it } from 'vitest'
import { bonesFromNeck } from '../motion/skeleton.js'
import * as reference from '../reference/bone_joints.js'
import { boneJoints } from './bone_joints.js'
import { expectNear, given, numbersOf, sum, through } from './graph.testing.js'

const [x, dy, more, place] = [given(1, 2, 3, 152), given(2, 2, 3, 152), given(3, 2, 3, 152), given(4, 50, 3, 4)]
const lengths = { shape: [2, 50], data: numbersOf(given(5, 2, 50)).map((v) => Math.fround(0.5 + 0.4 * v)) }
const tables = numbersOf(place).map((v, i) => Math.fround(Math.floor(i / 4) % 3 === 2 ? 1.5 + v : v + 2 * Math.sign(v)))
const column = (which: number) => Float64Array.from({ length: 150 }, (_, i) => tables[12 * Math.floor(i / 3) + 4 * which + (i % 3)]!)
const places = { start: column(0), centre: column(1), scale: column(2), boneLength: lengths.data }
const size = { rows: 6, length: 3, stride: 152 }
const inputs = { x, more, place: { shape: [50, 3, 4], data: tables }, lengths }

it('goes forward and back as the reference does, each clip with its own lengths', async () => {
  const ran = await through({
    inputs,
    wanted: ['x'],
    dy,
    record: (g, i) => ({ y: boneJoints(g, i.x!, { place: i.place!, lengths: i.lengths! }) }),
  })
  expectNear(ran, 'y', reference.boneJoints(numbersOf(x), places, size, bonesFromNeck))
  expectNear(ran, 'd x', reference.boneJointsGrad(numbersOf(x), numbersOf(dy), places, size, bonesFromNeck))
  expect([ran.forward, ran.backward]).toEqual([['bone_joints'], ['bone_joints_grad']])
})

it('adds onto the gradient of an input that others read, and records none where nobody wants it', async () => {
  const record: Parameters<typeof through>[0]['record'] = (g, i) => {
    const bones = { place: i.place!, lengths: i.lengths! }
    const y = boneJoints(g, i.x!, bones)
    g.shareGrad([boneJoints(g, i.x!, bones)], i.more!)
    return { y }
  }
  const ran = await through({ inputs, wanted: ['x'], dy, record })
  const grad = (at: Float64Array) => reference.boneJointsGrad(numbersOf(x), at, places, size, bonesFromNeck)
  expectNear(ran, 'd x', sum(grad(numbersOf(dy)), grad(numbersOf(more))))
  expect((await through({ inputs, dy, record })).backward).toEqual([])
})
