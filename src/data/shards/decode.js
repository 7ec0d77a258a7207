// Numbers of stored frames as they were before. JavaScript, since the thread that reads shards (frames_thread.js) runs it as it lies, in the sources too.

import { fromHalvesInto } from '../../base/half_numbers.js'

/**
 * Coordinates of a clip.
 *
 * @param {Float32Array} joints filled
 * @param {Uint8Array} bytes from a multiple of 4 on
 * @param {import('./storage.js').Storage} storage
 * @param {number} shift of `i16`: a coordinate is its number · 2^-shift
 */
export function decodeCoordinates(joints, { buffer, byteOffset }, storage, shift) {
  const count = joints.length
  if (storage === 'f32') joints.set(new Float32Array(buffer, byteOffset, count))
  else if (storage === 'f16') fromHalvesInto(joints, new Uint16Array(buffer, byteOffset, count))
  else {
    const whole = new Int16Array(buffer, byteOffset, count)
    const unit = 2 ** -shift
    for (let i = 0; i < count; i++) joints[i] = /** @type {number} */ (whole[i]) * unit
  }
}

/**
 * How sure a detector was of points.
 *
 * @param {Float32Array} confidence filled
 * @param {Uint8Array} bytes of 1/255 each
 */
export function decodeConfidence(confidence, bytes) {
  for (let i = 0; i < confidence.length; i++) confidence[i] = /** @type {number} */ (bytes[i]) / 255
}
