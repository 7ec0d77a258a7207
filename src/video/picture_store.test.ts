import { describe, expect, it } from 'vitest'
import { PictureStore } from './picture_store.js'
import { type Picture, reduced } from './reduced.js'
import type { PictureSource } from './source.js'

/** Frames of one colour each, out of memory that is written again. */
function video(frames: number, width = 4, height = 2): PictureSource & { readonly opened: () => number } {
  let opened = 0
  return {
    name: 'video',
    mark: async () => 'mark',
    opened: () => opened,
    async open() {
      opened++
      const rgba = new Uint8Array(4 * width * height)
      async function* pictures(): AsyncGenerator<Picture> {
        for (let i = 0; i < frames; i++) yield { width, height, rgba: rgba.fill(i) }
      }
      return { fps: 30, [Symbol.asyncIterator]: pictures, [Symbol.asyncDispose]: async () => undefined }
    },
  }
}

const colours = (pictures: readonly Picture[]) => pictures.map(({ rgba }) => rgba[0])

describe('reduced pictures', () => {
  it('are means of whole pixels, down to twice the size at most; small ones stay as they are', () => {
    const rgba = Uint8Array.from({ length: 4 * 5 * 4 }, (_, i) => i)
    const small = { width: 5, height: 4, rgba }
    expect(reduced(small, 3)).toBe(small)
    const half = reduced(small, 2)
    expect([half.width, half.height]).toEqual([2, 2])
    // The first pixel's red: of columns 0 and 1 in rows 0 and 1.
    expect(half.rgba[0]).toBe(Math.round((0 + 4 + 20 + 24) / 4))
    expect(half.rgba[4 * 3 + 2]).toBe(Math.round((2 * 20 + 8 + 2 + 3 * 20 + 8 + 2 + 2 * 20 + 12 + 2 + 3 * 20 + 12 + 2) / 4))
  })
})

describe('a store of pictures', () => {
  it('counts a video and decodes it no more while there is room', async () => {
    const store = new PictureStore(8, 1000)
    const source = video(5)
    expect(await store.count(source)).toEqual({ frames: 5, pixels: 8, fps: 30 })
    expect(colours(await store.take(source, [0, 3, 4]))).toEqual([0, 3, 4])
    expect(source.opened()).toBe(1)
  })

  it('tells of a video that has fewer frames than were counted', async () => {
    const store = new PictureStore(8, 1000)
    const source = video(5)
    await expect(store.take(source, [0, 7])).rejects.toThrow('video: wanted 8 frames, as many as it was counted to have, got 5')
    await store.count(source)
    await expect(store.take(source, [5])).rejects.toThrow('wanted 6 frames')
  })

  it('decodes again what there is no room for, and gives the same', async () => {
    const store = new PictureStore(8, 100)
    const source = video(5)
    expect((await store.count(source)).frames).toBe(5)
    expect(colours(await store.take(source, [1, 3]))).toEqual([1, 3])
    expect(source.opened()).toBe(2)
    const fits = video(3)
    await store.count(fits)
    await store.take(fits, [2])
    expect(fits.opened()).toBe(1)
  })
})
