// The thread that H.264 is encoded in (encoder.ts is its other side): the library is compiled C, which listens for uncaught errors of the process that it is in and
// keeps its memory for good. JavaScript, because Node starts a thread from the file as it lies, in the sources too.

import { parentPort } from 'node:worker_threads'

/** @typedef {import('./encoder.js').EncoderCalls} EncoderCalls */

const FILE = 'motion.mp4'
/** Of 10 (best) to 51: fingers keep their edges and colours, and files are half as large as GIFs. */
const QUANTISATION = 20
/** Of 0 (smallest files) to 10. */
const SPEED = 5
/** Frames from one that stands alone to the next: players can jump there. */
const KEY_FRAME_EVERY = 25

/** @type {import('h264-mp4-encoder').H264MP4Encoder} */
let encoder

/** @type {EncoderCalls} */
const calls = {
  async begin({ width, height }) {
    const { default: library } = await import('h264-mp4-encoder')
    encoder = await library.createH264MP4Encoder()
    encoder.outputFilename = FILE
    encoder.width = width
    encoder.height = height
    encoder.quantizationParameter = QUANTISATION
    encoder.speed = SPEED
    encoder.groupOfPictures = KEY_FRAME_EVERY
    encoder.initialize()
  },

  add: (rgba) => encoder.addFrameRgba(rgba),

  finish() {
    encoder.finalize()
    return encoder.FS.readFile(FILE)
  },
}

parentPort?.on('message', async ({ name, args }) => {
  try {
    const value = await calls[/** @type {keyof EncoderCalls} */ (name)](.../** @type {[never]} */ (args))
    parentPort?.postMessage({ value })
  } catch (error) {
    const { message, code } = /** @type {NodeJS.ErrnoException} */ (error)
    parentPort?.postMessage({ problem: message, code })
  }
})
