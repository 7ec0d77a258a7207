// SignCL's loss and gradient against PyTorch's, in both forms, with the pairs that were drawn there.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Program, Recorder } from '../src/device/program.js'
import { readSafetensors } from '../src/formats/safetensors/file.js'
import type { TensorFile } from '../src/formats/safetensors/types.js'
import { Graph } from '../src/ops/graph.js'
import { padded } from '../src/ops/parameter.js'
import { type SignClForm, signCl, signClForms } from '../src/ops/sign_cl.js'
import { type PairedClips, pairArrays, paperMargin, releasedMargin, signClLoss } from '../src/train/sign_pairs.js'
import { columnsOf, lentGpu, widened } from './harness.js'
import { floats, whole } from './parity/fixture.js'

const path = join(process.env.SIGNLLM_SHARED ?? '../shared', 'fixtures', 'signcl.safetensors')
const present = existsSync(path)
const file = present ? await readSafetensors(path) : undefined

interface Told {
  readonly margin?: number
  readonly text_tokens?: number | null
  readonly max_distance: number
  readonly mu?: readonly number[]
  readonly loss_f64: number
}
const cases: [string, Told][] = file ? Object.entries(JSON.parse(String(file.metadata.cases)) as Record<string, Told>) : []

/** The pairs of a case as [batch, length, slots]: the released form's rows are anchors 1, 2, … of every clip. */
function partnersOf(file: TensorFile, name: string, clips: PairedClips): Int32Array {
  const { positives, slots } = signClForms[clips.form]
  const [batch, { length }] = [clips.lengths.length, clips]
  const kinds = [
    { pairs: whole(file, `${name}.pos`), first: 0, each: positives },
    { pairs: whole(file, `${name}.neg`), first: positives, each: slots - positives },
  ]
  const partner = new Int32Array(batch * length * slots).fill(-1)
  for (const { pairs, first, each } of kinds) {
    const rows = pairs.length / each / (clips.form === 'paper' ? batch : 1)
    for (let b = 0; b < batch; b++) {
      for (let row = 0; row < rows; row++) {
        const [anchor, at] = clips.form === 'paper' ? [row, b * rows + row] : [row + 1, row]
        // -1, none, came in as a whole number without a sign.
        partner.set(Int32Array.from(pairs.subarray(at * each, (at + 1) * each)), (b * length + anchor) * slots + first)
      }
    }
  }
  return partner
}

async function ran(file: TensorFile, name: string, maxDistance: number) {
  const form: SignClForm = name.startsWith('paper') ? 'paper' : 'released'
  const [batch, length, numbers] = file.tensors.get(`${name}.features`)!.shape as [number, number, number]
  const given = form === 'paper'
  const lengths = given ? whole(file, `${name}.lengths`) : new Uint32Array(batch).fill(length)
  const clips: PairedClips = { form, length, lengths, textLengths: given ? whole(file, `${name}.text_lengths`) : lengths }
  const arrays = pairArrays(partnersOf(file, name, clips), clips)

  const width = padded(numbers)
  const recorder = new Recorder()
  const x = recorder.feed('x', [batch, length, width])
  const slots = [batch, length, signClForms[form].slots]
  const feeds = {
    partner: recorder.feed('partner', slots, 'u32'),
    weight: recorder.feed('weight', slots),
    start: recorder.feed('start', [batch * length + 1], 'u32'),
    reverse: recorder.feed('reverse', [arrays.reverse.length], 'u32'),
  }
  const seed = recorder.feed('seed', [4], 'u32')
  const graph = new Graph(recorder, { training: { seed, dummy: seed } })
  graph.requireGrad(x)
  recorder.report(signCl(graph, x, feeds, { form, maxDistance }))
  graph.backward()
  recorder.report(graph.gradAt(x)!)
  await using program = await Program.build(await lentGpu(), recorder)
  const features = widened(floats(file, `${name}.features`), numbers, width, 0)
  // Columns beside the features are part of a distance: 0, as a linear layer leaves them.
  program.write(
    x,
    Float32Array.from(features, (v) => (Number.isNaN(v) ? 0 : v)),
  )
  for (const [key, tensor] of Object.entries(feeds)) program.write(tensor, arrays[key as keyof typeof feeds])
  const [result, dx] = await program.run()
  return { loss: signClLoss(new Float32Array(result!)), grad: columnsOf(new Float32Array(dx!), numbers, width, 0), clips }
}

describe.skipIf(!present)('signcl.safetensors (skipped where ../shared/fixtures is absent)', () => {
  it.each(cases)('%s: loss within 1e-6 of itself, gradient within 1e-6', async (name, { max_distance, loss_f64 }) => {
    const { loss, grad } = await ran(file!, name, max_distance)
    expect(Math.abs(loss / loss_f64 - 1)).toBeLessThan(1e-6)
    expect(Math.abs(loss / floats(file!, `${name}.loss`)[0]! - 1)).toBeLessThan(1e-6)
    const want = floats(file!, `${name}.grad`)
    expect(grad).toHaveLength(want.length)
    expect(Math.max(...want.map(Math.abs))).toBeGreaterThan(1e-5)
    expect(Math.max(...want.map((v, i) => Math.abs(v - grad[i]!)))).toBeLessThan(1e-6)
  })

  it.each(cases)('%s: the margin that pairs were drawn with', (name, { mu, margin, text_tokens }) => {
    const [, length] = file!.tensors.get(`${name}.features`)!.shape as [number, number, number]
    if (mu) {
      const [frames, words] = [whole(file!, `${name}.lengths`), whole(file!, `${name}.text_lengths`)]
      expect([...frames].map((n, b) => paperMargin(n, words[b]!) / 2)).toEqual(mu)
    } else if (typeof text_tokens === 'number') expect(releasedMargin(length, text_tokens)).toBe(margin)
  })
})
