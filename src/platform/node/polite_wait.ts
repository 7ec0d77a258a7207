// Waiting without burning a core. dawn.node polls for completion from setImmediate, as fast as the event loop turns; on a software
// driver that takes a core away from the very work it waits for. While one of our waits is open, each turn naps a little first.

const napCell = new Int32Array(new SharedArrayBuffer(4))
const FREE_TURNS = 30
const NAP_STEP_MS = 0.02
const LONGEST_NAP_MS = 0.5

let openWaits = 0
let turns = 0

/** Awaits `promise`; with `politely`, naps between polls: 30 free turns, then 20 µs longer each turn up to 0.5 ms. */
export async function waitFor<T>(promise: Promise<T>, politely: boolean): Promise<T> {
  if (!politely) return promise
  const restore = openWaits === 0 ? installNap() : undefined
  if (restore) restoreLast = restore
  openWaits++
  turns = 0
  try {
    return await promise
  } finally {
    openWaits--
    if (openWaits === 0) restoreLast()
  }
}

let restoreLast: () => void = () => undefined

function installNap(): () => void {
  const original = globalThis.setImmediate
  const napping = ((callback: (...args: unknown[]) => void, ...args: unknown[]) =>
    original(() => {
      nap()
      callback(...args)
    })) as typeof setImmediate
  globalThis.setImmediate = napping
  return () => {
    // Somebody may have replaced it since; theirs stays.
    if (globalThis.setImmediate === napping) globalThis.setImmediate = original
  }
}

function nap(): void {
  if (openWaits === 0) return
  const ms = Math.min(LONGEST_NAP_MS, (turns++ - FREE_TURNS) * NAP_STEP_MS)
  if (ms > 0) Atomics.wait(napCell, 0, 0, ms)
}
