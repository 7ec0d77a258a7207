import { expect, it } from 'vitest'
import { elements } from '../device/memory.js'
import { storedShape } from '../ops/parameter.js'
import { pad, unpad } from './host_tensor.js'

const counting = (shape: readonly number[]) => Float32Array.from({ length: elements(shape) }, (_, i) => i + 1)

it.each([[[5]], [[8]], [[3, 5]], [[4, 8]], [[2, 3, 8]], [[2, 3, 5]], [[4, 4, 4]], [[2, 1, 3, 2]]])(
  'puts every element of %s where its indices say',
  (shape) => {
    const [data, stored] = [counting(shape), storedShape(shape)]
    const out = pad(data, shape)
    expect(out).toHaveLength(elements(stored))
    data.forEach((value, i) => {
      let [rest, at, stride] = [i, 0, 1]
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        at += (rest % shape[axis]!) * stride
        rest = Math.floor(rest / shape[axis]!)
        stride *= stored[axis]!
      }
      expect(out[at], `element ${i}`).toBe(value)
    })
    expect(out.filter((value) => value !== 0)).toHaveLength(data.length)
    expect(unpad(out, shape)).toEqual(data)
  },
)

it('finds [1, 0, 0] of [2, 3, 8] four rows on, not three', () => {
  expect(pad(counting([2, 3, 8]), [2, 3, 8])[1 * 4 * 8]).toBe(25)
})
