// What goes wrong on a device when nobody is waiting for it.

import { SignError } from '../base/errors.js'

/** What callbacks leave for the next call on the Gpu to find; they do not throw. */
export interface Trouble {
  error?: SignError
  /** The Gpu is disposed of: that its device is lost then is no trouble. */
  over: boolean
}

/**
 * Listens to a device; `ignore` stops that. Errors of one that is ours are told by the next call only; on another's they are left to its
 * owner as well.
 */
export function troubleOf(device: GPUDevice, label: string, ours: boolean): { trouble: Trouble; ignore: () => void } {
  const trouble: Trouble = { over: false }
  const listener = uncaughtListener(trouble, label, ours)
  device.addEventListener('uncapturederror', listener)
  void device.lost.then(lossListener(trouble, label))
  return { trouble, ignore: () => device.removeEventListener('uncapturederror', listener) }
}

// The binding never lets go of a device whose callbacks reach it, and a callback reaches everything that any function beside it uses. So each is
// made in a function of its own, in which no device and no Gpu is.

const uncaughtListener = (trouble: Trouble, label: string, ours: boolean) => (event: GPUUncapturedErrorEvent) => {
  if (ours) event.preventDefault() // else Dawn prints it too
  const { error } = event
  // No class is looked for in the global scope: Node has none of its own.
  const [wanted, nextMove] =
    error.constructor.name === 'GPUOutOfMemoryError'
      ? ['enough GPU memory', 'Take a smaller batch (batch.microBatch) or model; signllm plan tells what each takes']
      : ['valid GPU work', 'Please report it']
  trouble.error ??= new SignError('ERR_DEVICE', label, `wanted ${wanted}, got ${error.message}`, nextMove)
}

const lossListener =
  (trouble: Trouble, label: string) =>
  ({ reason, message }: GPUDeviceLostInfo) => {
    if (trouble.over) return
    const nextMove = 'Open another; a run goes on from its last checkpoint with --resume; try a smaller batch if memory ran out'
    trouble.error = new SignError('ERR_DEVICE_LOST', label, `wanted a working device, got '${reason}': ${message}`, nextMove)
  }
