import { expect, it } from 'vitest'
import { clipsMark } from './clips_mark.js'

const clip = { name: 'a', language: 'ASL', text: 'rain sun', labels: 'RAIN SUN', values: Float32Array.of(1, 2) }

it('tells clips of the same names by whatever is learnt from them', async () => {
  const same = await clipsMark([clip, { ...clip, name: 'b' }])
  expect(await clipsMark([{ ...clip }, { ...clip, name: 'b', values: Float32Array.of(1, 2) }])).toBe(same)
  for (const change of [
    { text: 'sun rain' },
    { labels: 'SUN RAIN' },
    { language: 'LIS' },
    { items: [{ item: 'rain' }], labels: undefined },
    { values: Float32Array.of(1, 3) },
    { values: undefined, source: { name: 'a', mark: async () => 'x', open: () => Promise.reject(new Error('unread')) } },
  ])
    expect(await clipsMark([{ ...clip, ...change } as typeof clip, { ...clip, name: 'b' }]), JSON.stringify(change)).not.toBe(same)
  expect(await clipsMark([{ ...clip, name: 'b' }, clip])).not.toBe(same)
})
