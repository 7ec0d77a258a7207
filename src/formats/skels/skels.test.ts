import { existsSync } from 'node:fs'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Random } from '../../base/random.js'
import { normalise } from '../../data/normalise.js'
import type { Motion } from '../../motion/clip.js'
import { COORDS } from '../../motion/skeleton.js'
import { linesOf } from '../number_lines.js'
import { type CounterConvention, counterValue, readSkels } from './skels.js'
import { writeSkels } from './write.js'

const published = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data/progressive-transformers-slp')
const folder = await mkdtemp(join(tmpdir(), 'skels-'))
let files = 0

async function fileWith(text: string): Promise<string> {
  const path = join(folder, `${files++}.skels`)
  await writeFile(path, text)
  return path
}

function motion(frames: number, seed: number): Motion {
  const random = new Random(seed)
  const raw = Float32Array.from({ length: frames * COORDS }, () => random.normal())
  return { joints: normalise(raw, frames), frames, fps: 25 }
}

/** A line of `frames` frames of the constant coordinate 0.5, with the given counters. */
const line = (...counters: (number | string)[]): string => counters.map((c) => `${'0.5 '.repeat(COORDS)}${c}`).join(' ')

describe('linesOf', () => {
  it('gives up a line without an end', async () => {
    const path = await fileWith(`1 2\n${'0 '.repeat(2e6)}`)
    const lines = linesOf(path, 2e6)
    expect(await lines.next()).toMatchObject({ value: { line: 1 } })
    await expect(lines.next()).rejects.toMatchObject({
      code: 'ERR_DATA',
      message: expect.stringContaining(`${path}:2: wanted a line of at most 2000000 bytes, got one without an end`),
    })
  })
})

describe('readSkels', () => {
  it('reads numbers as short as they can be', async () => {
    const text = Array.from({ length: 40 }, (_, i) => `${'1 '.repeat(COORDS)}${i / 40}`).join(' ')
    const { sequences } = await readSkels(await fileWith(text))
    expect(sequences[0]).toMatchObject({ frames: 40, joints: new Float32Array(40 * COORDS).fill(1) })
  })

  for (const counter of ['zero-based i/N', 'one-based i/N', 'inclusive i/(N-1)'] as CounterConvention[]) {
    it(`reads back what was written with the counter ${counter}`, async () => {
      const motions = [motion(7, 1), motion(2, 2), motion(31, 3)]
      const path = join(folder, `${counter.replaceAll('/', '_')}.skels`)
      await writeSkels(path, motions, { counter })
      const file = await readSkels(path)
      expect(file.counter).toBe(counter)
      expect(file.scale).toBe('neck-shoulder-3')
      expect(file.sequences.map((s) => [s.frames, s.line])).toEqual([
        [7, 1],
        [2, 2],
        [31, 3],
      ])
      for (const [n, { joints }] of file.sequences.entries()) {
        const worst = joints.reduce((max, value, i) => Math.max(max, Math.abs(value - motions[n]!.joints[i]!)), 0)
        expect(worst).toBeLessThan(0.51e-5 + 1e-6)
      }
    })
  }

  it('recognises the Prompt2Sign scale, and the normalisation undoes it', async () => {
    const original = motion(5, 4)
    const path = join(folder, 'ninth.skels')
    await writeSkels(path, [original], { scale: 'divided-by-9' })
    const file = await readSkels(path)
    expect(file.scale).toBe('divided-by-9')
    const back = normalise(file.sequences[0]!.joints, 5)
    for (const [i, value] of back.entries()) expect(Math.abs(value - original.joints[i]!)).toBeLessThan(1e-3)
  })

  it('reads numbers as the language does, whatever their spelling', async () => {
    const spellings = ['-0.00001', '1e-3', '.5', '-3', '+2.25', '0.12345678901234567', '123456789.125', '7.', '-1.5E+2']
    const path = await fileWith(`${[...spellings, ...Array(COORDS - spellings.length).fill('0')].join(' ')} 0.0 \r\n`)
    const { joints } = (await readSkels(path)).sequences[0]!
    expect([...joints.subarray(0, spellings.length)]).toEqual(spellings.map((s) => Math.fround(Number(s))))
  })

  it('reads a last line without a newline, and lines cut anywhere by the read size', async () => {
    const long = `${line(...Array.from({ length: 4000 }, (_, i) => (i / 4000).toFixed(4)))}\n${line(0, 0.5)}`
    const file = await readSkels(await fileWith(long))
    expect(long.length).toBeGreaterThan(2 << 20)
    expect(file.sequences.map((s) => s.frames)).toEqual([4000, 2])
    expect(file.sequences.every((s) => s.joints.every((value) => value === 0.5))).toBe(true)
  })

  const broken: [string, string, RegExp][] = [
    ['an empty file', '', /: wanted at least one sequence, got an empty file/],
    ['a ragged line', `${line(0)}\n${line(0, 0.5)} 0.5\n`, /:2: wanted a multiple of 151 numbers, got 303 \(2 frames and 1 number\)/],
    ['a blank line', `${line(0)}\n\n${line(0)}\n`, /:2: .*blank line/],
    ['a blank last line', `${line(0)}\n\n`, /:2: .*blank line/],
    ['a NaN', `${line(0, 'nan')}\n`, /:1: wanted a finite number, got 'nan' as number 302 of the line \(frame 1, the counter\)/],
    ['a word', `0 0 0 0 oops ${'0 '.repeat(146)}\n`, /got 'oops' as number 5 of the line \(frame 0, joint 1 y\)/],
    ['an infinity', `1e999 ${line(0)}\n`, /got '1e999' as number 1 of the line \(frame 0, joint 0 x\)/],
    ['a hexadecimal', `0x10 ${line(0)}\n`, /got '0x10'/],
    [
      'two conventions',
      `${line(0, 0.5)}\n${line(0.5, 1)}\n`,
      /:2: wanted the counter 'zero-based i\/N' as on line 1, got 'one-based i\/N'/,
    ],
    ['no known counter', `${line(0.3, 0.4)}\n`, /:1: wanted a counter/],
  ]
  for (const [what, text, message] of broken) {
    it(`names the place of ${what}`, async () => {
      const path = await fileWith(text)
      await expect(readSkels(path)).rejects.toMatchObject({ code: 'ERR_DATA', message: expect.stringMatching(message) })
      await expect(readSkels(path)).rejects.toThrow(path)
    })
  }

  it('names a file that is not there', async () => {
    await expect(readSkels(join(folder, 'none.skels'))).rejects.toThrow(/none\.skels: wanted a readable file/)
  })
})

describe('writeSkels', () => {
  it('prints 5 and 4 decimals and no negative zero', async () => {
    const joints = new Float32Array(3 * COORDS).fill(-1e-9)
    joints[1] = 0.123456
    const path = join(folder, 'decimals.skels')
    await writeSkels(path, [{ joints, frames: 3, fps: 25 }])
    const tokens = (await readFile(path, 'utf8')).trim().split(' ')
    expect([tokens[0], tokens[1], tokens[150], tokens[301], tokens[452]]).toEqual(['0.00000', '0.12346', '0.0000', '0.3333', '0.6667'])
  })

  it("writes Prompt2Sign's form: over 9, counted from 1, 5 decimals everywhere", async () => {
    const original = motion(3, 6)
    const path = join(folder, 'prompt2sign.skels')
    await writeSkels(path, [original], { scale: 'divided-by-9' })
    const tokens = (await readFile(path, 'utf8')).trim().split(' ')
    expect([tokens[150], tokens[301], tokens[452]]).toEqual(['0.33333', '0.66667', '1.00000'])
    expect(tokens.every((token) => /^-?\d+\.\d{5}$/.test(token) && token !== '-0.00000')).toBe(true)
    expect(await readSkels(path)).toMatchObject({ counter: 'one-based i/N', scale: 'divided-by-9' })
    // As lifting leaves it, a motion is three times as large.
    const lifted = { ...original, joints: original.joints.map((value) => value * 3) }
    await writeSkels(`${path}2`, [lifted], { scale: 'lifted-divided-by-9' })
    expect((await readSkels(`${path}2`)).sequences).toEqual((await readSkels(path)).sequences)
  })

  it("fills what is missing as Prompt2Sign's tool does, where asked to, and an infinity never", async () => {
    const { joints } = motion(2, 7)
    joints[4] = Number.NaN
    joints[COORDS] = 0
    const path = join(folder, 'filled.skels')
    await writeSkels(path, [{ joints, frames: 2, fps: 25 }], { scale: 'divided-by-9', missing: '0.016' })
    const tokens = (await readFile(path, 'utf8')).trim().split(' ')
    expect([tokens[3], tokens[4], tokens[5], tokens[151]]).toEqual(Array(4).fill('0.01600'))
    joints[7] = Number.POSITIVE_INFINITY
    await expect(writeSkels(path, [{ joints, frames: 2, fps: 25 }], { missing: '0.016' })).rejects.toThrow(/Infinity in frame 0, joint 2 y/)
  })

  it('refuses a coordinate that is not finite, and names it', async () => {
    const joints = new Float32Array(2 * COORDS)
    joints[COORDS + 4] = Number.NaN
    await expect(writeSkels(join(folder, 'x.skels'), [{ joints, frames: 2, fps: 25 }])).rejects.toThrow(
      /x\.skels:1: .*NaN in frame 1, joint 1 y/,
    )
    expect(existsSync(join(folder, 'x.skels'))).toBe(false)
  })
})

describe('counterValue', () => {
  it('has no 0/0 in a clip of one frame', () => {
    expect(counterValue('inclusive i/(N-1)', 0, 1)).toBe(0)
  })
})

describe.skipIf(!existsSync(published))('the published PHOENIX14T sample', () => {
  it('has the frames, scale and counter its paper tells', async () => {
    const train = await readSkels(join(published, 'train.skels'))
    expect(train.sequences.map((s) => s.frames)).toEqual([86, 126, 168, 185, 71])
    const dev = await readSkels(join(published, 'dev.skels'))
    expect(dev.sequences.map((s) => s.frames)).toEqual([42, 111, 148, 142, 93])
    for (const file of [train, dev]) expect([file.counter, file.scale]).toEqual(['zero-based i/N', 'neck-shoulder-3'])
    expect(train.sequences[0]!.joints[0]).toBe(Math.fround(-0.00565))
  })

  it('is written back byte for byte', async () => {
    const train = await readSkels(join(published, 'train.skels'))
    const path = join(folder, 'again.skels')
    await writeSkels(
      path,
      train.sequences.map((s) => ({ ...s, fps: 25 })),
    )
    const [ours, theirs] = await Promise.all([path, join(published, 'train.skels')].map((p) => readFile(p, 'utf8')))
    expect(ours === theirs!.replaceAll('-0.00000', '0.00000')).toBe(true)
  })
})
