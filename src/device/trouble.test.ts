import { expect, it } from 'vitest'
import { troubleOf } from './trouble.js'

class GPUOutOfMemoryError extends Error {}
class GPUInternalError extends Error {}

it.each([
  [new GPUOutOfMemoryError('no room'), 'a GPU: wanted enough GPU memory, got no room. Take a smaller batch (batch.microBatch) or model'],
  [new GPUInternalError('a fault'), 'a GPU: wanted valid GPU work, got a fault. Please report it.'],
])('tells of %s what to do', (error, message) => {
  const device = Object.assign(new EventTarget(), { lost: new Promise(() => undefined) })
  const { trouble } = troubleOf(device as unknown as GPUDevice, 'a GPU', true)
  device.dispatchEvent(Object.assign(new Event('uncapturederror'), { error }))
  expect(trouble.error!.message).toContain(message)
})
