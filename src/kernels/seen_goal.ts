import { defineKernel, elementwise } from '../device/kernel.js'

/** y = goal where seen is above 0, else pred: the difference to pred is 0 where nothing was seen. All [n], n a multiple of 4. There is no gradient. */
export const seenGoal = defineKernel({
  name: 'seen_goal',
  buffers: { pred: 'read', goal: 'read', seen: 'read', y: 'write' },
  params: { n: 'u32' },
  ...elementwise,
  cost: ({ n }) => ({ flops: n, bytes: 16 * n }),
})
