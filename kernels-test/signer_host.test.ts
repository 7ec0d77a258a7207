// A signer as part of a program that goes on: several at once, on devices of their own, in a thread, or on one device; stopped, destroyed and lost in the middle.

import { Worker } from 'node:worker_threads'
import { beforeAll, describe, expect, it } from 'vitest'
import { namedLanguages } from '../src/checkpoint/card.js'
import { formatModelFile, PROMPTS } from '../src/checkpoint/model_file.js'
import { glossContent } from '../src/checkpoint/text_to_gloss.js'
import { poseContent } from '../src/checkpoint/text_to_pose.js'
import { tinyGlossModel, tinyModel } from '../src/model/tiny_models.testing.js'
import type { Motion } from '../src/motion/clip.js'
import { Signer } from '../src/signer/node.js'
import { lentGpu } from './harness.js'

/** A model of two languages that reads prompts too. */
let file: Uint8Array
beforeAll(async () => {
  const gpu = await lentGpu()
  await using model = tinyModel(gpu, ['ASL', 'GSL'])
  await using gloss = tinyGlossModel(gpu)
  const card = { name: 'tiny', languages: namedLanguages(['ASL', 'GSL']), provenance: { writtenBy: 'signllm' }, needs: [] }
  file = await formatModelFile(await poseContent('x', model), { card, others: { [PROMPTS]: await glossContent(gloss) } }, 'x')
})

const long = { policy: 'oracle', lengths: [40] } as const
const disposed = expect.objectContaining({ code: 'ERR_DISPOSED' })
const lost = expect.objectContaining({ code: 'ERR_DEVICE_LOST' })

async function joined(pieces: AsyncIterable<Motion>): Promise<Float32Array> {
  const joints: number[] = []
  for await (const piece of pieces) joints.push(...piece.joints)
  return Float32Array.from(joints)
}

describe('signers beside each other', () => {
  it('on two devices generate at once, each as alone', async () => {
    await using first = await Signer.open(file, { language: 'ASL' })
    await using second = await Signer.open(file, { language: 'GSL' })
    expect(first.gpu.device).not.toBe(second.gpu.device)
    const alone = [await first.sign('rain sun', long), await second.sign('rain sun', long)]
    const [a, b, again, pieces] = await Promise.all([
      first.sign('rain sun', long),
      second.sign('rain sun', long),
      second.sign('rain sun', { ...long, language: 'ASL' }),
      joined(first.stream('rain sun', long)),
    ])
    expect([a, b]).toEqual(alone)
    expect(again).toEqual(a)
    expect(pieces).toEqual(a.joints)
  })

  it('on one device of the caller share it, and one that ends leaves it to the other', async () => {
    const { device } = await lentGpu()
    const first = await Signer.open(file, { device, language: 'ASL' })
    await using second = await Signer.open(file, { device, language: 'ASL' })
    const [a, b] = await Promise.all([first.sign('rain sun', long), second.sign('rain sun', long)])
    expect(a).toEqual(b)
    const meanwhile = second.sign('rain sun', long)
    await first.destroy()
    expect(await meanwhile).toEqual(a)
    expect(await second.sign('rain sun', long)).toEqual(a)
    ;(await lentGpu()).check()
  })

  it('in a thread sign what they sign outside, meanwhile', async () => {
    await using signer = await Signer.open(file, { language: 'ASL' })
    const inThread = signedInThread()
    const here = await signer.sign('rain sun', long)
    expect(Buffer.from(await inThread).equals(Buffer.from(here.joints.buffer))).toBe(true)
    expect(await signer.sign('rain sun', long)).toEqual(here)
  })
})

describe('calls on one signer', () => {
  it('at once give what each gives alone', async () => {
    await using signer = await Signer.open(file, { gpu: await lentGpu(), language: 'ASL' })
    const calls = [
      () => signer.sign('rain', long),
      () => signer.sign('rain sun snow wind', long),
      () => signer.sign('sun', { ...long, language: 'GSL' }),
      () => joined(signer.stream('wind rain', long)),
      () => signer.sign('snow', { policy: 'predicted-length' }),
      () => signer.prompt('rain sun').catch((error: Error) => error.message),
    ]
    const alone = []
    for (const call of calls) alone.push(await call())
    expect(await Promise.all(calls.map((call) => call()))).toEqual(alone)
  })

  it('are aborted one by one, in the middle', async () => {
    await using signer = await Signer.open(file, { gpu: await lentGpu(), language: 'ASL' })
    const alone = await signer.sign('rain sun', long)
    const reason = new Error('enough')
    for (const start of [
      (signal: AbortSignal) => signer.sign('rain sun', { ...long, signal }),
      (signal: AbortSignal) => joined(signer.stream('rain sun', { ...long, signal })),
      (signal: AbortSignal) => signer.prompt('rain sun', { signal }),
    ]) {
      const controller = new AbortController()
      const aborted = expect(start(controller.signal)).rejects.toBe(reason)
      const beside = signer.sign('rain sun', long)
      setImmediate(() => controller.abort(reason))
      await aborted
      expect(await beside).toEqual(alone)
    }
  })

  it('are left by a loop that breaks, and end nothing else', async () => {
    await using signer = await Signer.open(file, { gpu: await lentGpu(), language: 'ASL' })
    const whole = await signer.sign('rain sun', long)
    for await (const piece of signer.stream('rain sun', long)) {
      expect(piece.joints).toEqual(whole.joints.slice(0, piece.joints.length))
      break
    }
    expect(await signer.sign('rain sun', long)).toEqual(whole)
  })

  it('end with it, in words, and later ones are refused', async () => {
    const gpu = await lentGpu()
    const signer = await Signer.open(file, { gpu, language: 'ASL' })
    const stream = signer.stream('rain sun', long)
    await stream.next()
    const running = [signer.sign('rain', long), signer.sign('sun', { ...long, language: 'GSL' }), signer.prompt('rain'), joined(stream)]
    const refused = Promise.all(running.map((call) => expect(call).rejects.toThrow(disposed)))
    await Promise.all([signer.destroy(), signer.destroy()])
    await refused
    await expect(signer.sign('rain')).rejects.toThrow(disposed)
    await expect(joined(signer.stream('rain'))).rejects.toThrow(disposed)
    await expect(signer.prompt('rain')).rejects.toThrow(disposed)
    await gpu.wait(gpu.device.queue.onSubmittedWorkDone())
    gpu.check()
  })

  it('that run when the device is lost say so, and the program opens another signer', async () => {
    const signer = await Signer.open(file, { language: 'ASL' })
    const before = await signer.sign('rain sun', long)
    await signer.prompt('rain').catch(() => undefined)
    const running = [
      signer.sign('rain', long),
      signer.sign('sun', { ...long, language: 'GSL' }),
      joined(signer.stream('rain', long)),
      signer.prompt('rain'),
    ]
    const told = Promise.all(running.map((call) => expect(call).rejects.toThrow(lost)))
    setImmediate(() => signer.gpu.device.destroy())
    await told
    for (const call of [signer.sign('rain'), joined(signer.stream('rain')), signer.prompt('rain')]) await expect(call).rejects.toThrow(lost)
    await signer.destroy()
    await using again = await Signer.open(file, { language: 'ASL' })
    expect(await again.sign('rain sun', long)).toEqual(before)
  })
})

/** Bytes of the joints that a worker thread's own signer makes. */
function signedInThread(): Promise<Uint8Array> {
  // Node 20 gives a thread no loaders of its parent's.
  const body = `(async () => {
    const { register } = await import('tsx/esm/api')
    register()
    const { workerData, parentPort } = require('node:worker_threads')
    const { Signer } = await import('./src/signer/node.ts')
    const signer = await Signer.open(workerData, { language: 'ASL' })
    const { joints } = await signer.sign('rain sun', ${JSON.stringify(long)})
    await signer.destroy()
    parentPort.postMessage(new Uint8Array(joints.buffer))
  })()`
  return new Promise((resolve, reject) => {
    new Worker(body, { eval: true, execArgv: [], workerData: file }).on('message', resolve).on('error', reject)
  })
}
