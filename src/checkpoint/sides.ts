// Checkpoints of before signers faced the camera (motion/sides.ts), and those trained on motions that call the other side right: the start frame tells. Such a
// model is brought to the one convention when it is read, which is exact: only the places of numbers in a frame change, in what the model takes and gives.

import type { GroupDescription } from '../model/sign_model.js'
import { otherSide, sidesAreExchanged } from '../motion/sides.js'
import { bones, COORDS, JOINTS, joint } from '../motion/skeleton.js'
import type { HostTensor } from '../nn/host_tensor.js'

/**
 * Whether a group was trained on motions whose right is the signer's left. Its start frame, a mean of frames in the normal scale, has shoulders about 1/3 apart;
 * one that has not (zeros, of an imported model, or frames of other points) tells nothing.
 */
export function isExchanged({ config, startFrame }: Pick<GroupDescription, 'config' | 'startFrame'>): boolean {
  // Other layouts came later: their readers have the sides right.
  if (config.layout !== 'skeleton-50') return false
  const [right, left] = [joint.rightShoulder * 3, joint.leftShoulder * 3]
  const width = Math.hypot(startFrame[right]! - startFrame[left]!, startFrame[right + 1]! - startFrame[left + 1]!)
  return Math.abs(width - 1 / 3) < 0.1 && sidesAreExchanged(startFrame, 1)
}

/** The description of the same group with the sides exchanged. */
export function exchangedGroup(group: GroupDescription): GroupDescription {
  const { centre, scale } = group.scaling
  return {
    ...group,
    startFrame: exchangedNumbers(group.startFrame),
    scaling: { centre: exchangedNumbers(centre), scale: exchangedNumbers(scale) },
    ...(group.bones && { bones: { ...group.bones, lengths: exchangedBones(group.bones.lengths) } }),
  }
}

/** A parameter of that group, or a moment of its optimiser: what a frame is embedded by and what comes out as frames change places, all else stays. */
export function exchangedTensor(name: string, tensor: HostTensor): HostTensor {
  const [rows, columns] = tensor.shape as [number, number]
  if (name === 'frames/weight') return moved(tensor, (n) => n - (n % columns) + fromPlace(n % columns, columns))
  if (name === 'pose/weight') return moved(tensor, (n) => fromPlace(Math.floor(n / columns), rows) * columns + (n % columns))
  return tensor
}

const moved = (tensor: HostTensor, from: (n: number) => number): HostTensor => ({
  ...tensor,
  data: tensor.data.map((_, n) => tensor.data[from(n)]!),
})

/** Where the number at a place of `length` numbers, whole frames and whatever follows them, comes from. A model that sees the counter alone has no frames. */
function fromPlace(place: number, length: number): number {
  if (place >= length - (length % COORDS)) return place
  const cell = Math.floor(place / 3)
  return 3 * (cell - (cell % JOINTS) + otherSide[cell % JOINTS]!) + (place % 3)
}

function exchangedNumbers(numbers: Float32Array): Float32Array {
  return numbers.map((_, place) => numbers[fromPlace(place, numbers.length)]!)
}

/** Of each bone the length that its counterpart on the other side had; a bone is known by the joint it ends in. */
function exchangedBones(lengths: Float32Array): Float32Array {
  return lengths.map((_, bone) => lengths[bones.findIndex(({ child }) => child === otherSide[bones[bone]!.child])]!)
}
