// A motion as a film, drawn as the page draws it, from the front and on light paper.

import { SignError } from '../../base/errors.js'
import type { Motion } from '../../motion/clip.js'
import { cameraFor } from '../../outputs/camera.js'
import { light } from '../../outputs/colours.js'
import { drawMotion, paletteFor } from '../../outputs/draw_motion.js'
import { FASTEST_GIF, frameAtTime, gifDelay, pictureTimes } from '../../outputs/timeline.js'
import { paintMarks } from '../viewer/paint_marks.js'

/** Pixels a motion is wide and high; even, as video wants it. */
const SIZE = 480
/** Pictures that a GIF's colours are taken from. */
const SAMPLES = 8
const BIT_RATE = 2_000_000

interface Film {
  readonly fps: number
  readonly frames: number
  readonly canvas: OffscreenCanvas
  /** Paints a picture on the canvas. */
  paint(frame: number): void
  /** The pixels that are on the canvas, RGBA. */
  pixels(): Uint8ClampedArray
}

function filmOf(motion: Motion, reference: Motion | undefined, fastest: number): Film {
  const strips = reference ? [reference, motion] : [motion]
  const camera = cameraFor(strips)
  const canvas = new OffscreenCanvas(SIZE * strips.length, SIZE)
  const context = canvas.getContext('2d', { willReadFrequently: true })!
  const { fps, frames } = pictureTimes(motion, strips, fastest)
  return {
    fps,
    frames,
    canvas,
    paint(picture) {
      context.fillStyle = light.paper
      context.fillRect(0, 0, canvas.width, canvas.height)
      for (const [column, strip] of strips.entries()) {
        const frame = frameAtTime(strip, picture / fps)
        if (frame === undefined) continue
        context.save()
        context.translate(column * SIZE, 0)
        paintMarks(context, drawMotion(strip, frame, camera, SIZE, paletteFor(strip, light)))
        context.restore()
      }
    },
    pixels: () => context.getImageData(0, 0, canvas.width, canvas.height).data,
  }
}

/** An animated GIF that repeats for ever. */
export async function gifOf(motion: Motion, reference: Motion | undefined, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const { GIFEncoder, quantize, applyPalette } = await import('gifenc')
  const { fps, frames, canvas, paint, pixels } = filmOf(motion, reference, FASTEST_GIF)
  const samples = Array.from({ length: Math.min(SAMPLES, frames) }, (_, i) => Math.floor((i * frames) / Math.min(SAMPLES, frames)))
  const seen = new Uint8Array(samples.length * canvas.width * canvas.height * 4)
  for (const [i, frame] of samples.entries()) {
    paint(frame)
    seen.set(pixels(), i * canvas.width * canvas.height * 4)
  }
  const palette = quantize(seen, 256)
  const encoder = GIFEncoder()
  for (let frame = 0; frame < frames; frame++) {
    await others(signal)
    paint(frame)
    const delay = gifDelay(frame, fps)
    encoder.writeFrame(applyPalette(pixels(), palette), canvas.width, canvas.height, {
      delay,
      ...(frame === 0 ? { palette, repeat: 0 } : {}),
    })
  }
  encoder.finish()
  return new Uint8Array(encoder.bytes())
}

/** An MP4 of H.264, by the browser's own encoder. Throws ERR_CONFIG where it has none. */
export async function mp4Of(motion: Motion, reference: Motion | undefined, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const { BufferTarget, CanvasSource, Mp4OutputFormat, Output, canEncodeVideo } = await import('mediabunny')
  const { fps, frames, canvas, paint } = filmOf(motion, reference, Number.POSITIVE_INFINITY)
  if (!(await canEncodeVideo('avc', { width: canvas.width, height: canvas.height })))
    throw new SignError('ERR_CONFIG', 'mp4', 'wanted a browser that encodes H.264, got one that does not', 'Take the GIF')
  const target = new BufferTarget()
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: 'in-memory' }), target })
  const pictures = new CanvasSource(canvas, { codec: 'avc', bitrate: BIT_RATE })
  output.addVideoTrack(pictures, { frameRate: fps })
  await output.start()
  try {
    for (let frame = 0; frame < frames; frame++) {
      await others(signal)
      paint(frame)
      await pictures.add(frame / fps, 1 / fps)
    }
  } catch (error) {
    await output.cancel()
    throw error
  }
  await output.finalize()
  return new Uint8Array(target.buffer!)
}

/** Lets other requests be heard, among them the one to stop. */
async function others(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve))
  signal.throwIfAborted()
}
