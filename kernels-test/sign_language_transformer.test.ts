// The float64 sign language transformer against the released one's numbers, and beam search over it against the released search. Sizes are those of the file.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSafetensors } from '../src/formats/safetensors/file.js'
import type { TensorFile } from '../src/formats/safetensors/types.js'
import type { BeamRules } from '../src/infer/beam.js'
import { BeamSearch, candidatesPerBeam } from '../src/infer/beam_search.js'
import { decodeSentences, encodeClips, type Statistics, type TranslatorWeights } from '../src/reference/sign_language_transformer.js'
import { floats, tensorsOf, told, whole } from './parity/fixture.js'

const path = join(process.env.SIGNLLM_SHARED ?? '../shared', 'fixtures', 'slt_tiny.safetensors')
const [PAD, START, END] = [1, 2, 3]

/** [rows][…] of a tensor [rows, …, width], cut to lengths where there are some. */
function rowsOf(file: TensorFile, name: string, lengths?: ArrayLike<number>): number[][][] {
  const [batch, length, width] = file.tensors.get(name)!.shape as [number, number, number]
  const data = floats(file, name)
  return Array.from({ length: batch }, (_, b) =>
    Array.from({ length: lengths?.[b] ?? length }, (_, t) => [...data.subarray((b * length + t) * width, (b * length + t + 1) * width)]),
  )
}

const weightsOf = (file: TensorFile, prefix: string): TranslatorWeights => ({
  heads: (JSON.parse(file.metadata.sizes!) as { heads: number }).heads,
  tensors: tensorsOf(file, prefix),
})

/** What the decoder is given: the batch without its last column, padding left out. */
function givenWords(file: TensorFile, name: string): number[][] {
  const [batch, length] = file.tensors.get(name)!.shape as [number, number]
  const ids = whole(file, name)
  return Array.from({ length: batch }, (_, b) => [...ids.subarray(b * length, (b + 1) * length - 1)].filter((id) => id !== PAD))
}

/** Fails where a row that counts is further off than an independent float64 computation was from float32. */
function expectRows(name: string, got: readonly (readonly (readonly number[])[])[], want: readonly (readonly number[][])[]): void {
  let worst = 0
  for (const [b, rows] of got.entries())
    for (const [t, row] of rows.entries()) for (const [c, v] of row.entries()) worst = Math.max(worst, Math.abs(v - want[b]![t]![c]!))
  expect(worst, name).toBeLessThan(5e-6)
}

describe.skipIf(!existsSync(path))('slt_tiny.safetensors', () => {
  const forwards: { weights: string; inputs: string; out: string; statistics: Statistics }[] = [
    { weights: 'weight.', inputs: '', out: 'out.', statistics: 'batch' },
    { weights: 'after10.', inputs: '', out: 'eval.', statistics: 'running' },
    { weights: 'trained.', inputs: 'trained_in.', out: 'trained_eval.', statistics: 'running' },
  ]
  it.each(forwards)('is what the reference computes: $out*', async ({ weights, inputs, out, statistics }) => {
    const file = await readSafetensors(path)
    const model = weightsOf(file, weights)
    const clips = rowsOf(file, `${inputs}features`, whole(file, `${inputs}lengths`))
    const { embedded, encoded, glossLogits } = encodeClips(model, clips, statistics)
    const words = givenWords(file, `${inputs}txt`)
    const decoded = decodeSentences(model, words, encoded, statistics)
    const computed = {
      sgn_embed: embedded,
      encoder: encoded,
      gloss_logits: glossLogits,
      txt_embed: decoded.embedded,
      word_logits: decoded.wordLogits,
    }
    for (const [name, rows] of Object.entries(computed))
      if (file.tensors.has(out + name)) expectRows(out + name, rows, rowsOf(file, out + name))
    expect(file.tensors.has(`${out}word_logits`)).toBe(true)
  })

  const searches = [
    { weights: 'after10.', inputs: '', out: 'decode10.' },
    { weights: 'trained.', inputs: 'trained_in.', out: 'trained_decode.' },
  ]
  it.each(searches)('is what the searches find: $out*', async ({ weights, inputs, out }) => {
    const file = await readSafetensors(path)
    const model = weightsOf(file, weights)
    const { encoded } = encodeClips(model, rowsOf(file, `${inputs}features`, whole(file, `${inputs}lengths`)), 'running')
    const maxLength = told(file, 'max_output_length')
    const names = [...file.tensors.keys()].filter((name) => name.startsWith(out) && /\.(greedy|beam\d+_alpha-?\d+)$/.test(name))
    expect(names.length).toBeGreaterThan(1)
    for (const name of names) {
      const [, beams = '1', alpha = '-1'] = /beam(\d+)_alpha(-?\d+)$/.exec(name) ?? []
      const found = search(model, encoded, {
        dialect: 'slrt',
        beams: Number(beams),
        lengthPenalty: Number(alpha),
        maxLength,
        end: END,
      })
      const [, each] = file.tensors.get(name)!.shape as [number, number]
      const ids = whole(file, name)
      for (const [b, one] of found.entries()) {
        const row = [...ids.subarray(b * each, (b + 1) * each)]
        const end = row.indexOf(END)
        const padded = Array.from({ length: end < 0 ? each : end }, (_, t) => one.ids[t] ?? PAD)
        expect(padded, `${name} of sentence ${b}`).toEqual(end < 0 ? row : row.slice(0, end))
        if (end >= 0) expect(one.ids, `${name} of sentence ${b}`).toHaveLength(end)
      }
      if (!file.tensors.has(`${name}.score`)) continue
      const scores = floats(file, `${name}.score`)
      for (const [b, one] of found.entries()) expect(Math.abs(one.score - scores[b]!), `${name} of sentence ${b}`).toBeLessThan(1e-4)
    }
  })
})

/** The released search over the reference, every beam's sentence decoded anew each step. */
function search(model: TranslatorWeights, encoded: readonly (readonly (readonly number[])[])[], rules: BeamRules) {
  const searching = new BeamSearch(encoded.length, rules)
  let rows = encoded.flatMap((clip) => Array.from({ length: rules.beams }, () => ({ clip, ids: [START] as number[] })))
  while (!searching.done) {
    const { wordLogits } = decodeSentences(
      model,
      rows.map(({ ids }) => ids),
      rows.map(({ clip }) => clip),
      'running',
    )
    const top = wordLogits.flatMap((words) => {
      const logits = words.at(-1)!
      const sum = Math.log(logits.reduce((total, x) => total + Math.exp(x), 0))
      return logits
        .map((x, id) => ({ id, logProb: x - sum }))
        .sort((a, b) => b.logProb - a.logProb || a.id - b.id)
        .slice(0, candidatesPerBeam(rules, logits.length))
    })
    const { parents, tokens } = searching.step({ ids: top.map(({ id }) => id), logProbs: top.map(({ logProb }) => logProb) })
    rows = rows.map(({ clip }, r) => ({ clip, ids: [...rows[r - (r % rules.beams) + parents[r]!]!.ids, tokens[r]!] }))
  }
  return searching.results().map((found) => found!)
}
