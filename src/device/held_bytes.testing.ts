// How many bytes of buffers a device holds: what was made on it and not destroyed.

export interface HeldBytes {
  /** Bytes of buffers made since that are not destroyed. */
  readonly held: number
  /** The most there were at once since the last call of this. */
  takeMost(): number
}

/** Counts from now on. Buffers that are collected without having been destroyed count on: their owner forgot them. */
export function heldBytes(device: GPUDevice): HeldBytes {
  let [held, most] = [0, 0]
  const create = device.createBuffer.bind(device)
  device.createBuffer = (descriptor) => {
    const buffer = create(descriptor)
    const destroy = buffer.destroy.bind(buffer)
    let bytes = buffer.size
    held += bytes
    most = Math.max(most, held)
    buffer.destroy = () => {
      held -= bytes
      bytes = 0
      return destroy()
    }
    return buffer
  }
  return {
    get held() {
      return held
    },
    takeMost() {
      const taken = most
      most = held
      return taken
    },
  }
}
