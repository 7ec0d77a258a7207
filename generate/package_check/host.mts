// A host program's part that signs, with strict types: one call opens a model, `await using` ends it. It says nothing, leaves the process as it found it, signs in a
// thread and on two devices at once, and ends by itself. What it found is in host.json.

import { writeFile } from 'node:fs/promises'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { type Motion, Signer, saveMotion } from 'signllm'

const ask = { policy: 'oracle', lengths: [8] } as const

async function signed(): Promise<Motion> {
  await using signer = await Signer.open('rain.signllm', { language: 'ASL', adapter: 'embedded' })
  return await signer.sign('rain sun', ask)
}

/** What a library may not leave changed. */
function surroundings(): Record<string, string> {
  return {
    environment: JSON.stringify(process.env),
    globals: Object.getOwnPropertyNames(globalThis).sort().join(),
    folder: process.cwd(),
    signals: ['SIGINT', 'SIGTERM', 'uncaughtException', 'unhandledRejection'].map((event) => process.listenerCount(event)).join(),
    timers: [setImmediate, setTimeout, queueMicrotask].map(String).join(),
  }
}

function inThread(): Promise<Float32Array> {
  return new Promise((resolve, reject) => {
    new Worker(new URL(import.meta.url)).on('message', resolve).on('error', reject)
  })
}

if (isMainThread) {
  const before = surroundings()
  const [motion, beside, thread] = await Promise.all([signed(), signed(), inThread()])
  await saveMotion('host.gif', motion, { text: 'rain sun', language: 'ASL' })
  const streamed: number[] = []
  {
    await using signer = await Signer.open('rain.signllm', { language: 'ASL', adapter: 'embedded' })
    for await (const { joints } of signer.stream('rain sun', ask)) streamed.push(...joints)
  }
  const after = surroundings()
  const equal = [beside.joints, thread, streamed].every((other) => String(other) === String(motion.joints))
  const changed = Object.keys(before).filter((what) => before[what] !== after[what])
  await writeFile('host.json', JSON.stringify({ frames: motion.frames, equal, changed }))
} else {
  parentPort?.postMessage((await signed()).joints)
}
