// A model file that is damaged is refused by its name in a browser as in Node, with the same words, out of bytes and out of a file.

import { resolve } from 'node:path'
import { build } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { writeShaders } from '../generate/shaders.js'
import { Random } from '../src/base/random.js'
import { namedLanguages } from '../src/checkpoint/card.js'
import { formatModelFile, PROMPTS } from '../src/checkpoint/model_file.js'
import { parseCheckpoint } from '../src/checkpoint/parse.js'
import { glossContent } from '../src/checkpoint/text_to_gloss.js'
import { poseContent } from '../src/checkpoint/text_to_pose.js'
import { tinyGlossModel, tinyModel } from '../src/model/tiny_models.testing.js'
import { launchBrowser, noBrowser } from './browser.js'
import { lentGpu } from './harness.js'

/** A file that is as another, but for this. */
interface Damage {
  readonly what: string
  /** Bytes that are put in place of those from `at` on. */
  readonly at?: number
  readonly bytes?: readonly number[]
  /** Only so many bytes of it, or more by zeros. */
  readonly length?: number
}

/** Makes a damaged file and says how it is refused. Runs in Node and, as its text, in a page. */
async function refusal(
  whole: Uint8Array<ArrayBuffer>,
  { at = 0, bytes = [], length = whole.length }: Damage,
  asBlob: boolean,
  read: (source: Uint8Array<ArrayBuffer> | Blob, how: { name: string }) => Promise<unknown>,
): Promise<string> {
  const damaged = new Uint8Array(length)
  damaged.set(whole.subarray(0, length))
  damaged.set(bytes.slice(0, Math.max(0, length - at)), at)
  try {
    await read(asBlob ? new Blob([damaged]) : damaged, { name: 'rain.signllm' })
    return 'taken'
  } catch (error) {
    const { code, message } = error as Error & { code?: string }
    return `${code} ${message}`
  }
}

let whole: Uint8Array<ArrayBuffer>
let damages: Damage[]

beforeAll(async () => {
  writeShaders()
  const gpu = await lentGpu()
  await using model = tinyModel(gpu, ['ASL', 'GSL'])
  await using gloss = tinyGlossModel(gpu)
  const card = { name: 'rain', licence: 'MIT', languages: namedLanguages(['ASL', 'GSL']), provenance: { writtenBy: 'test' }, needs: [] }
  const others = { [PROMPTS]: await glossContent(gloss) }
  whole = new Uint8Array(await formatModelFile(await poseContent('x', model), { card, half: true, others }, 'x'))
  damages = [...flipped(), ...cut(), ...lying()]
})

/** One bit somewhere in the length, the header with its metadata, and the tensors. */
function flipped(): Damage[] {
  const random = Random.for(17, 'damage')
  const within = (from: number, to: number) => from + Math.floor(random.uniform() * (to - from))
  const places = [
    ...Array(8).keys(),
    ...Array.from({ length: 90 }, () => within(8, headerEnd())),
    ...Array.from({ length: 60 }, () => within(headerEnd(), whole.length)),
    whole.length - 1,
  ]
  return places.map((at) => ({ what: `byte ${at}`, at, bytes: [whole[at]! ^ (1 << within(0, 8))] }))
}

function cut(): Damage[] {
  const end = headerEnd()
  const lengths = [0, 1, 7, 8, 9, 100, end - 1, end, end + 1, Math.floor(whole.length / 2), whole.length - 1, whole.length + 1]
  return lengths.map((length) => ({ what: `${length} bytes of ${whole.length}`, length }))
}

/** Headers that say they are longer than they are, or that their tensors are. */
function lying(): Damage[] {
  const lengths = [0n, 1n, BigInt(whole.length - 7), 1n << 31n, (1n << 53n) - 1n, 1n << 53n, (1n << 63n) - 1n, (1n << 64n) - 1n]
  const header = new TextDecoder().decode(whole.subarray(8, headerEnd()))
  const shape = /"shape":\[(\d+)/.exec(header)!
  const offsets = /"data_offsets":\[(\d+),(\d+)\]/.exec(header)!
  const texts = [
    header.slice(0, shape.index + 9) + '9'.repeat(shape[1]!.length) + header.slice(shape.index + 9 + shape[1]!.length),
    header.replace(offsets[0], offsets[0].replace(/\d/g, '9')),
    header.replace(/"F16"/, '"F32"'),
    `[${header.slice(1, -1)}]`,
    ' '.repeat(header.length),
  ]
  return [
    ...lengths.map((value) => ({ what: `header of ${value} bytes`, bytes: [...new Uint8Array(new BigUint64Array([value]).buffer)] })),
    ...texts.map((text) => ({ what: `header ${text.slice(0, 60)}`, at: 8, bytes: [...new TextEncoder().encode(text)] })),
  ]
}

const headerEnd = (): number => 8 + Number(new DataView(whole.buffer).getBigUint64(0, true))

/** How each damage is refused in Node. */
const inNode = (asBlob: boolean) => Promise.all(damages.map((damage) => refusal(whole, damage, asBlob, parseCheckpoint)))

describe('a damaged model file', () => {
  it('is refused by its name, out of bytes and out of a Blob', async () => {
    for (const asBlob of [false, true]) {
      const found = await inNode(asBlob)
      for (const [i, said] of found.entries()) expect(`${damages[i]!.what}: ${said}`).toMatch(/: ERR_CHECKPOINT .*rain\.signllm/)
    }
    // What is looked at is taken where nothing is wrong with it.
    expect(await refusal(whole, { what: 'nothing' }, false, parseCheckpoint)).toBe('taken')
  })

  it.skipIf(noBrowser)('is refused in the same words in a browser', { timeout: 120_000 }, async () => {
    const contents = `export { readCheckpoint } from './src/web.ts'`
    const stdin = { contents, resolveDir: resolve('.'), loader: 'ts' } as const
    const how = { bundle: true, write: false, platform: 'browser', format: 'iife', globalName: 'signllm' } as const
    const { outputFiles } = await build({ stdin, ...how })
    await using browser = await launchBrowser()
    const page = await browser.newPage()
    await page.route('https://page.test/', (route) => route.fulfill({ contentType: 'text/html', body: '<title>page</title>' }))
    await page.goto('https://page.test/')
    await page.addScriptTag({ content: outputFiles[0]!.text })
    const given = JSON.stringify({ file: Buffer.from(whole).toString('base64'), damages })
    for (const asBlob of [false, true]) {
      const found = await page.evaluate<string[]>(`(async ({ file, damages }) => {
        const __name = (named) => named
        const refusal = ${refusal}
        const whole = Uint8Array.from(atob(file), (c) => c.charCodeAt(0))
        const found = [await refusal(whole, {}, ${asBlob}, signllm.readCheckpoint)]
        for (const damage of damages) found.push(await refusal(whole, damage, ${asBlob}, signllm.readCheckpoint))
        return found
      })(${given})`)
      expect(found.shift()).toBe('taken')
      const expected = await inNode(asBlob)
      expect(found.map(named)).toEqual(expected.map(named))
    }
  })
})

/** What a JSON parser says of a broken header differs from one version of it to the next: the rest does not. */
const named = (said: string, i: number): string => `${damages[i]!.what}: ${said.split(/JSON|, got/)[0]}`
