import { bug } from '../base/errors.js'
import type { Tensor } from '../device/memory.js'
import { frameAugment, TRANSFORM } from '../kernels/frame_augment.js'
import type { Graph } from './graph.js'

/** Frames of videos, each of its own size, and how each is drawn; `packFrames` makes what is written into them. */
export interface FrameTensors {
  /** u32 [pixels]: RGBA, a byte a channel, of all frames one behind the other. */
  readonly pixels: Tensor
  /** u32 [N, 4]: where each frame begins, its width (0: none) and height. */
  readonly places: Tensor
  /** f32 [N, 24] */
  readonly transforms: Tensor
  /** u32 [N]: as large as can be; 0: no frame. */
  readonly there: Tensor
}

/** Images [N, 3, size, size] of video frames, as an image encoder takes them. Forward only. */
export function drawFrames(g: Graph, { pixels, places, transforms }: Omit<FrameTensors, 'there'>, size: number): Tensor {
  const frames = places.shape[0]!
  if (transforms.shape.join() !== `${frames},${TRANSFORM}`)
    throw bug(transforms.name, `wanted [${frames}, ${TRANSFORM}], got [${transforms.shape.join(', ')}]`)
  const y = g.tensor('images', [frames, 3, size, size])
  g.recorder.run(frameAugment, { pixels, places, transforms, y }, { frames, size })
  return y
}
