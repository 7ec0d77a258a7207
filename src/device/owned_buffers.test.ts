import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Generator } from '../infer/generator.js'
import { GlossDecoder } from '../infer/gloss_decoder.js'
import { add } from '../kernels/add.js'
import { SignModel } from '../model/sign_model.js'
import { tinyGlossModel, tinyGroup, tinyModel } from '../model/tiny_models.testing.js'
import { openGpu } from '../platform/node/open.js'
import { recordPoseStep } from '../tasks/text_to_pose/step.testing.js'
import { Gpu } from './gpu.js'
import { Arena, SlotPool, type Tensor } from './memory.js'
import { Program, Recorder } from './program.js'
import { GPU_BUFFER } from './usage.js'

let one: Gpu
let other: Gpu
beforeAll(async () => {
  one = (await openGpu()).gpu
  other = (await openGpu()).gpu
})
afterAll(async () => {
  await one.destroy()
  await other.destroy()
})

/** Both are named, and neither came to harm: whatever is invalid ends a Gpu for good. */
const mixed = () =>
  expect.objectContaining({ code: 'ERR_USAGE', message: expect.stringContaining(`wanted it on ${one.name}, got it on ${other.name}`) })
async function expectUnharmed(): Promise<void> {
  for (const gpu of [one, other]) {
    await gpu.wait(gpu.device.queue.onSubmittedWorkDone())
    gpu.check()
  }
}

const tensorOn = (buffer: GPUBuffer, name = 'x'): Tensor => ({ name, shape: [4], dtype: 'f32', region: { buffer, offset: 0, bytes: 16 } })

/** y = x + x, x given. */
function doubling(x: Tensor): Recorder {
  const recorder = new Recorder()
  const y = recorder.tensor('y', [4])
  recorder.run(add, { a: x, b: x, y }, { n: 4 })
  recorder.report(y)
  return recorder
}

describe('what was made on one Gpu', () => {
  it('has a name of its own, though both are on one adapter', () => {
    expect(one.label).toBe(other.label)
    expect(one.name).not.toBe(other.name)
  })

  it('is refused on another: models', async () => {
    const model = tinyModel(other)
    const glossModel = tinyGlossModel(other)
    expect(() => new Generator(one, model.group('ASL'))).toThrow(mixed())
    expect(() => new GlossDecoder(one, glossModel)).toThrow(mixed())
    await expectUnharmed()
    await using generator = new Generator(other, model.group('ASL'))
    expect(await generator.generate(['rain'])).toHaveLength(1)
    model.destroy()
    glossModel.destroy()
  })

  it('is refused on another: buffers, slots and arenas of programs', async () => {
    const foreign = other.buffer(16, 'x')
    await expect(Program.build(one, doubling(tensorOn(foreign)))).rejects.toThrow(mixed())
    const own = one.buffer(16, 'x')
    await expect(Program.build(one, doubling(tensorOn(own)), new SlotPool(other))).rejects.toThrow(mixed())
    const arena = new Arena(other, 'weights', [{ name: 'x', bytes: 16 }])
    await expect(Program.build(one, doubling({ ...tensorOn(foreign), region: arena.region('x') }))).rejects.toThrow(mixed())
    const program = await Program.build(one, doubling(tensorOn(own)))
    await expect(program.run({ clear: [foreign] })).rejects.toThrow(mixed())
    await expect(one.read(foreign)).rejects.toThrow(mixed())
    await expectUnharmed()
    one.device.queue.writeBuffer(own, 0, Float32Array.of(1, 2, 3, 4))
    expect([...new Float32Array((await program.run())[0]!)]).toEqual([2, 4, 6, 8])
  })

  it('is refused on another: a group to train', async () => {
    const group = new SignModel(other, { training: true }).addLanguage(tinyGroup('ASL'))
    const optimiser = { kind: 'adamw', weightDecay: 0 } as const
    const shape = { batch: 1, target: 4, source: 4 }
    await expect(recordPoseStep(one, group, shape, { loss: 'mse', noiseRate: 0, clip: 1, optimiser })).rejects.toThrow(mixed())
    await expectUnharmed()
  })

  it('is refused, by what Dawn says of it, where no Gpu of ours made it', async () => {
    const raw = other.device.createBuffer({ size: 16, usage: GPU_BUFFER.STORAGE })
    await expect(Program.build(one, doubling(tensorOn(raw)))).rejects.toThrow(expect.objectContaining({ code: 'ERR_USAGE' }))
    const tooSmall = { ...tensorOn(one.buffer(16, 'x')), shape: [8] }
    await expect(Program.build(one, doubling(tooSmall))).rejects.toThrow(/wanted buffers its kernels can bind, got .+/)
    await expectUnharmed()
  })

  it('may be used by two Gpus over one device', async () => {
    const twin = new Gpu(one.device, { software: one.software })
    const buffer = twin.buffer(16, 'x')
    const program = await Program.build(one, doubling(tensorOn(buffer)))
    expect([...new Float32Array((await program.run())[0]!)]).toEqual([0, 0, 0, 0])
  })
})

describe('a destroyed buffer', () => {
  const disposed = expect.objectContaining({ code: 'ERR_DISPOSED' })

  it('is refused by name before anything is submitted, whoever destroyed it', async () => {
    const x = one.buffer(16, 'x')
    const program = await Program.build(one, doubling(tensorOn(x)))
    await program.run()
    x.destroy()
    x.destroy()
    await expect(program.run()).rejects.toThrow(`x on ${one.label}: wanted it alive, got it destroyed`)
    expect(() => program.submit()).toThrow(disposed)
    expect(() => program.encode(one.device.createCommandEncoder())).toThrow(disposed)
    await expect(Program.build(one, doubling(tensorOn(x)))).rejects.toThrow(disposed)
    await expect(one.read(x)).rejects.toThrow(disposed)
    const arena = new Arena(one, 'weights', [{ name: 'x', bytes: 16 }])
    arena.destroy()
    expect(() => arena.write('x', new Float32Array(4))).toThrow(disposed)
    await expect(arena.readAll()).rejects.toThrow(disposed)
    await expectUnharmed()
  })

  it('of a program takes the program with it, and the reports nobody read yet', async () => {
    const recorder = new Recorder()
    const x = recorder.feed('x', [4])
    const y = recorder.tensor('y', [4])
    recorder.run(add, { a: x, b: x, y }, { n: 4 })
    recorder.report(y)
    const program = await Program.build(one, recorder)
    program.write(x, Float32Array.of(1, 2, 3, 4))
    const [unread, reading] = [await program.start(), await program.start()]
    const refused = expect(reading.read()).rejects.toThrow(disposed)
    program.destroy()
    program.destroy()
    await refused
    await expect(unread.read()).rejects.toThrow(disposed)
    expect(() => program.write(x, new Float32Array(4))).toThrow(disposed)
    await expect(program.run()).rejects.toThrow(disposed)
    await expectUnharmed()
  })

  it('is refused too where it was destroyed while a timer had the run', async () => {
    const x = one.buffer(16, 'x')
    const program = await Program.build(one, doubling(tensorOn(x)))
    one.timer = {
      encode: async (_, encoder) => {
        program.destroy()
        return encoder
      },
      finish: async () => undefined,
    }
    await expect(program.run()).rejects.toThrow(disposed)
    one.timer = undefined
    await expectUnharmed()
  })
})
