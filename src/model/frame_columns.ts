// What each number of a model's frame is: the coordinates of points alone, or with how sure each point is, in the order of the SignDW Transformer's frames.

import { once } from '../base/once.js'
import type { Motion } from '../motion/clip.js'
import { coordinatesOf, type PartName } from '../motion/layout/layout.js'
import { layouts } from '../motion/layout/layouts.js'
import { padded } from '../ops/parameter.js'
import { pointColumn } from '../ops/point_loss.js'
import { type ModelConfig, outputNumbers, regressedNumbers } from './config.js'
import type { FrameScaling } from './frame_scaling.js'

type FrameForm = Pick<ModelConfig, 'layout' | 'scores'>

/** One number of a frame: a coordinate of a point, or, with axis -1, how sure the point is. */
export interface FrameColumn {
  readonly point: number
  readonly axis: number
}

/** Numbers of a frame, its progress counter aside. */
export function frameNumbers({ layout, scores }: FrameForm): number {
  return coordinatesOf(layouts[layout]) + (scores === 'none' ? 0 : layouts[layout].points)
}

/** Whether frames are what their layout and form say; those of imported models of other sizes are passed as they are. */
const isOfForm = (config: FrameForm & Pick<ModelConfig, 'numbers'>): boolean => config.numbers === frameNumbers(config)

/** Whether frames are points of which a detector tells how sure it is, so that losses can leave out what it did not see. */
export const mayBeUnseen = (config: FrameForm & Pick<ModelConfig, 'numbers'>): boolean =>
  layouts[config.layout].confidence && config.scores !== 'codes' && isOfForm(config)

/** Parts whose coordinates lie together, and then how sure their points are. */
const together: readonly (readonly PartName[])[] = [['body'], ['leftHand', 'rightHand'], ['face']]
const known = new Map<string, readonly FrameColumn[]>()

/** What the numbers of a frame are, in their order. */
export function frameColumns({ layout, scores }: FrameForm): readonly FrameColumn[] {
  return once(known, `${layout} ${scores}`, () => columnsOf({ layout, scores }))
}

const knownPoints = new Map<string, Int32Array>()

/** [numbers]: the point of which a number of a frame is a coordinate, -1 for how sure a point is. */
export function coordinatePoints({ layout, scores }: FrameForm): Int32Array {
  const pointsOf = () => Int32Array.from(frameColumns({ layout, scores }), ({ point, axis }) => (axis < 0 ? -1 : point))
  return once(knownPoints, `${layout} ${scores}`, pointsOf)
}

function columnsOf({ layout, scores }: FrameForm): FrameColumn[] {
  const { dims, points, parts } = layouts[layout]
  const coordinates = (point: number) => Array.from({ length: dims }, (_, axis) => ({ point, axis }))
  if (scores === 'none') return Array.from({ length: points }, (_, point) => coordinates(point)).flat()
  return together.flatMap((names) => {
    const found = parts.filter(({ name }) => names.includes(name))
    const all = found.flatMap(({ first, points }) => points.map((_, i) => first + i))
    return [...all.flatMap(coordinates), ...all.map((point) => ({ point, axis: -1 }))]
  })
}

/** How sure a point is, as SignDW's extractor has it: of a body's points their own index, -1 where they are not seen. */
function codeOf(layout: ModelConfig['layout'], point: number, sure: number): number {
  const [body] = layouts[layout].parts
  if (body?.name !== 'body' || point >= body.points.length) return Math.min(1, sure)
  return sure > 0 ? point : -1
}

/** [frames, numbers]: a motion as a model's frames, in the units of the data. */
export function motionNumbers({ joints, confidence, frames }: Motion, config: FrameForm): Float32Array {
  const { layout, scores } = config
  if (scores === 'none') return joints
  const { points, dims } = layouts[layout]
  const columns = frameColumns(config)
  const numbers = new Float32Array(frames * columns.length)
  // Column by column: a batch of the published size is millions of numbers.
  for (const [c, { point, axis }] of columns.entries())
    for (let t = 0; t < frames; t++) {
      const at = t * points + point
      const sure = confidence ? confidence[at]! : 1
      const score = scores === 'codes' ? codeOf(layout, point, sure) : scores === 'seen' ? Number(sure > 0) : Math.min(1, sure)
      numbers[t * columns.length + c] = axis >= 0 ? joints[at * dims + axis]! : score
    }
  return numbers
}

/** A point is taken for seen from here on: where detections of hands begin to be of use. */
const SURE = 0.3

/** The other way round: the motion that a model's frames [frames, numbers] are of. A body's point is seen where its code is not that of one unseen. */
export function numbersMotion(numbers: Float32Array, frames: number, config: FrameForm): Pick<Motion, 'joints' | 'confidence'> {
  const { layout, scores } = config
  if (scores === 'none') return { joints: numbers }
  const { points, dims } = layouts[layout]
  const columns = frameColumns(config)
  const confidence = new Float32Array(frames * points)
  const joints = new Float32Array(frames * points * dims)
  const each = (visit: (value: number, at: number, axis: number, point: number) => void) =>
    numbers.forEach((value, i) => {
      const { point, axis } = columns[i % columns.length]!
      visit(value, Math.floor(i / columns.length) * points + point, axis, point)
    })
  each((value, at, axis, point) => {
    if (axis >= 0) return
    if (scores === 'seen') confidence[at] = Number(value >= 0.5)
    else confidence[at] = scores === 'codes' ? seenByCode(layout, point, value) : seenBy(value)
  })
  each((value, at, axis) => {
    if (axis >= 0 && confidence[at]! > 0) joints[at * dims + axis] = value
  })
  return { joints, confidence }
}

const seenBy = (score: number): number => (score < SURE ? 0 : Math.min(1, score))

/** A code between -1 and that of the point is of neither: the nearer one counts. */
function seenByCode(layout: ModelConfig['layout'], point: number, score: number): number {
  const code = codeOf(layout, point, 1)
  return codeOf(layout, point, 0) < 0 ? Number(score > (code - 1) / 2) : seenBy(score)
}

/** u32 [output stride]: what each number that a model puts out is, `pointColumn`; a score is one where the model says a probability, as a logit. */
export function outputColumns(config: ModelConfig): Uint32Array {
  const columns = frameColumns(config)
  const kindOf = (at: number): number => {
    if (at >= regressedNumbers(config)) return pointColumn.other
    const axis = columns[at % config.numbers]?.axis ?? 0
    if (axis >= 0) return pointColumn.coordinate
    return config.scores === 'seen' ? pointColumn.score : pointColumn.other
  }
  return Uint32Array.from({ length: padded(outputNumbers(config)) }, (_, at) => kindOf(at))
}

/** The units of coordinates as those of whole frames: how sure a point is stays as it is. */
export function columnScaling({ centre, scale }: FrameScaling, config: FrameForm): FrameScaling {
  const { dims } = layouts[config.layout]
  const columns = frameColumns(config)
  const of = (numbers: Float32Array, plain: number) =>
    Float32Array.from([...columns.map(({ point, axis }) => (axis < 0 ? plain : numbers[point * dims + axis]!)), numbers.at(-1)!])
  return { centre: of(centre, 0), scale: of(scale, 1) }
}
