import { describe, expect, it } from 'vitest'
import * as classTokens from '../reference/class_token.js'
import * as rows from '../reference/clip_rows.js'
import * as frames from '../reference/frame_augment.js'
import * as patches from '../reference/image_patches.js'
import { classToken } from './class_token.js'
import { clipRows } from './clip_rows.js'
import { drawFrames } from './frame_augment.js'
import { expectNear, frozen, given, ids, numbersOf, through } from './graph.testing.js'
import { mixedRows } from './mixed_rows.js'
import { patchEmbedding } from './patch_embedding.js'

describe('patch embedding', () => {
  const [images, weight, bias, dy] = [given(1, 2, 1, 4, 6), given(2, 8, 4), given(3, 8), given(4, 2, 6, 8)]
  const shape = { images: 2, channels: 1, height: 4, width: 6, side: 2, stride: 4 }
  const record: Parameters<typeof through>[0]['record'] = (g, i, p) => ({
    y: patchEmbedding(g, i.images!, { weight: p.weight!, bias: p.bias! }, 2),
  })

  it('is a convolution, and takes its gradients back to weights and pixels', async () => {
    const ran = await through({ inputs: { images }, wanted: ['images'], parameters: { weight, bias }, dy, record })
    const cut = patches.imagePatches(numbersOf(images), shape)
    const [w, b, d] = [numbersOf(weight), numbersOf(bias), numbersOf(dy)]
    const y = Float64Array.from({ length: 96 }, (_, i) => {
      let value = b[i % 8]!
      for (let k = 0; k < 4; k++) value += cut[4 * Math.floor(i / 8) + k]! * w[4 * (i % 8) + k]!
      return value
    })
    expectNear(ran, 'y', y)
    const dcut = cut.map((_, i) => {
      let value = 0
      for (let n = 0; n < 8; n++) value += d[8 * Math.floor(i / 4) + n]! * w[4 * n + (i % 4)]!
      return value
    })
    expectNear(ran, 'd images', patches.imagePatchesGrad(dcut, shape))
    expect(ran.backward).toEqual(['linear_weight_grad', 'linear_grad', 'image_patches_grad'])
  })

  it('makes no gradient at pixels that nobody asks for, and none at all where it is frozen', async () => {
    const trained = await through({ inputs: { images }, parameters: { weight, bias }, dy, record })
    expect(trained.backward).toEqual(['linear_weight_grad'])
    const still = await through({ inputs: { images }, parameters: { weight: frozen(weight), bias: frozen(bias) }, dy, record })
    expect(still.backward).toEqual([])
  })

  it('refuses an image that patches do not fill', async () => {
    await expect(
      through({
        inputs: { images },
        parameters: { weight, bias },
        record: (g, i, p) => ({ y: patchEmbedding(g, i.images!, { weight: p.weight!, bias: p.bias! }, 5) }),
      }),
    ).rejects.toThrow('wanted an image that patches of 5 fill, got 4 × 6')
  })
})

describe('class token', () => {
  const [x, token, positions, dy] = [given(1, 2, 3, 8), given(2, 8), given(3, 4, 8), given(4, 2, 4, 8)]
  const want = classTokens.classTokenGrad(numbersOf(dy), 3, 8)
  const run = (learned: { token: typeof token; positions: typeof token }) =>
    through({
      inputs: { x },
      wanted: ['x'],
      parameters: learned,
      dy,
      record: (g, i, p) => ({ y: classToken(g, i.x!, p.token!, p.positions!) }),
    })

  it('goes forward and back as the reference does', async () => {
    const ran = await run({ token, positions })
    expectNear(ran, 'y', classTokens.classToken(numbersOf(x), numbersOf(token), numbersOf(positions), 3))
    expectNear(ran, 'd x', want.dx)
    expectNear(ran, 'd token', want.dtoken)
    expectNear(ran, 'd positions', want.dpositions)
  })

  it('trains either alone', async () => {
    expectNear(await run({ token, positions: frozen(positions) }), 'd token', want.dtoken)
    expectNear(await run({ token: frozen(token), positions }), 'd positions', want.dpositions)
    expect((await run({ token: frozen(token), positions: frozen(positions) })).backward).toEqual(['class_token_grad'])
  })

  it('refuses more patches than there are positions', async () => {
    const record: Parameters<typeof through>[0]['record'] = (g, i, p) => ({ y: classToken(g, i.x!, p.token!, p.positions!) })
    const refused = through({ inputs: { x: given(1, 2, 4, 8) }, parameters: { token, positions }, record })
    await expect(refused).rejects.toThrow('wanted a row for each of 5 tokens, got 4')
  })
})

describe('rows of clips', () => {
  it('come from all parts, and their gradients go back to each', async () => {
    const [one, two, dy] = [given(1, 2, 3, 8), given(2, 3, 3, 8), given(3, 2, 3, 8)]
    const lengths = ids([2], 3, 1)
    const ran = await through({
      inputs: { one, two, lengths },
      wanted: ['one', 'two'],
      dy,
      record: (g, i) => ({ y: clipRows(g, [i.one!, i.two!], i.lengths!, 3) }),
    })
    const [counts, shape] = [Uint32Array.of(3, 1), { tokens: 3, width: 8, length: 3 }]
    const first = rows.clipRows(numbersOf(one), counts, { ...shape, first: 0 }, new Float64Array(48))
    expectNear(ran, 'y', rows.clipRows(numbersOf(two), counts, { ...shape, first: 2 }, first))
    expectNear(ran, 'd one', rows.clipRowsGrad(numbersOf(dy), counts, { ...shape, first: 0 }, 2))
    expectNear(ran, 'd two', rows.clipRowsGrad(numbersOf(dy), counts, { ...shape, first: 2 }, 3))
  })
})

it('mixes rows of a table by constant shares, and refuses to train it', async () => {
  const [shares, table] = [given(1, 5, 8), given(2, 8, 4)]
  const mix = (one: typeof table) =>
    through({ inputs: { shares }, parameters: { table: one }, record: (g, i, p) => ({ y: mixedRows(g, i.shares!, p.table!) }) })
  const want = Float64Array.from({ length: 20 }, (_, i) => {
    let value = 0
    for (let k = 0; k < 8; k++) value += numbersOf(shares)[8 * Math.floor(i / 4) + k]! * numbersOf(table)[4 * k + (i % 4)]!
    return value
  })
  expectNear(await mix(frozen(table)), 'y', want)
  await expect(mix(table)).rejects.toThrow('rows that are mixed are of a table that is not trained')
})

it('draws frames of videos into images', async () => {
  const rgba = Uint8Array.from({ length: 24 }, (_, i) => 10 * i)
  const plain = [1.5, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0.5, 0.5, 0.5, 2, 2, 2]
  const ran = await through({
    inputs: {
      pixels: ids([6], ...new Uint32Array(rgba.buffer)),
      places: ids([1, 4], 0, 3, 2, 0),
      transforms: { shape: [1, 24], data: Float64Array.from(plain) },
    },
    record: (g, i) => ({ y: drawFrames(g, { pixels: i.pixels!, places: i.places!, transforms: i.transforms! }, 2) }),
  })
  const want = frames.frameAugment({ width: 3, height: 2, rgba, transform: Float64Array.from(plain) }, 2)
  want.forEach((value, i) => {
    expect(ran.out.y![i]).toBeCloseTo(value, 5)
  })
})
