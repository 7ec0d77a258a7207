// The thread that frames are read in (reader.ts is its other side): it reads, compares checksums and decodes thousands of clips a second, so that the main thread is
// free for the GPU. It waits for each read: many at once would cost more than they win, but on disks that are slow to answer. JavaScript, because Node starts a thread
// from the file as it lies, in the sources too.

import { closeSync, openSync, readSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { crc32 } from 'node:zlib'
import { decodeConfidence, decodeCoordinates } from './decode.js'

/** @typedef {import('./reader.js').FrameCalls} FrameCalls */
/** @typedef {import('./reader.js').FrameOrder} FrameOrder */
/** @typedef {import('./reader.js').FrameBatch} FrameBatch */

/** Systems let a process have some thousand files open, some only few hundred; beyond these, files take turns. */
const MOST_OPEN = 128

/**
 * Numbers of open shards by their paths; the one used last comes last.
 *
 * @type {Map<string, number>}
 */
const files = new Map()

/** @type {FrameCalls} */
const calls = {
  read: (batch) =>
    batch.clips.map((clip) => {
      try {
        readClip(opened(clip.path), clip, batch)
        return undefined
      } catch (error) {
        return /** @type {Error} */ (error).message
      }
    }),
}

/**
 * @param {number} file
 * @param {FrameOrder} clip
 * @param {FrameBatch} batch
 */
function readClip(file, { coordinates, confidence, shift, crc32: packed }, { storage, bytes, floats }) {
  const own = bytes.subarray(coordinates.to, coordinates.to + coordinates.bytes + (confidence?.bytes ?? 0))
  const [places, sure] = [own.subarray(0, coordinates.bytes), own.subarray(coordinates.bytes)]
  fill(file, places, coordinates.from)
  if (confidence) fill(file, sure, confidence.from)
  if (crc32(own) !== packed) throw new Error('bytes with another checksum: they are damaged')
  decodeCoordinates(floats.subarray(coordinates.first, coordinates.first + coordinates.numbers), places, storage, shift)
  if (confidence) decodeConfidence(floats.subarray(confidence.first, confidence.first + confidence.numbers), sure)
}

/**
 * @param {number} file
 * @param {Uint8Array} bytes filled
 * @param {number} from the byte of the file that comes first
 */
function fill(file, bytes, from) {
  for (let done = 0; done < bytes.length; ) {
    const got = readSync(file, bytes, done, bytes.length - done, from + done)
    if (got === 0) throw new Error(`the end of the file at byte ${from + done}, where ${bytes.length - done} more were to be`)
    done += got
  }
}

/** @param {string} path */
function opened(path) {
  const file = files.get(path) ?? openSync(path, 'r')
  // To the end of the order.
  files.delete(path)
  files.set(path, file)
  for (const [oldest, other] of files) {
    if (files.size <= MOST_OPEN) break
    files.delete(oldest)
    closeSync(other)
  }
  return file
}

parentPort?.on('message', ({ name, args }) => {
  const value = calls[/** @type {keyof FrameCalls} */ (name)](.../** @type {[never]} */ (args))
  parentPort?.postMessage({ value })
})
