import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet'
import { expect, it } from 'vitest'
import { writeParquet } from '../formats/parquet.js'
import { motionChecksum } from './checksum.js'
import { clipRows, writeClipTable } from './clip_table.js'
import { syntheticCorpus } from './synthetic/corpus.js'

const folder = await mkdtemp(join(tmpdir(), 'parquet-'))

it('comes back row for row by another reader, nulls and all', async () => {
  const { train, dev } = syntheticCorpus({ languages: ['ASL', 'LSF-CH'], clipsPerLanguage: 10, seed: 1 })
  const { gloss: _, ...bare } = dev[0]!
  const rows = [
    ...clipRows(
      train,
      'train',
      train.map((clip) => `How is “${clip.text}” signed?`),
    ),
    ...clipRows([bare], 'dev'),
  ]
  const path = join(folder, 'clips.parquet')
  await writeClipTable(path, rows)
  const file = (await readFile(path)).buffer.slice(0) as ArrayBuffer
  const read = await parquetReadObjects({ file })
  expect(read).toEqual(rows.map((row) => ({ ...row, gloss: row.gloss ?? null, prompt: row.prompt ?? null })))
  expect(read.at(-1)).toMatchObject({ gloss: null, prompt: null, split: 'dev', seconds: bare.frames / bare.fps })
  const types = parquetSchema(parquetMetadata(file)).children.map(({ element }) => [element.name, element.type])
  expect(types).toContainEqual(['frames', 'INT32'])
  expect(types).toContainEqual(['seconds', 'DOUBLE'])
})

it('takes a checksum of the motion alone', () => {
  const joints = Float32Array.of(1, 2, 3)
  expect(motionChecksum(joints)).toBe(motionChecksum(Float32Array.of(0, 1, 2, 3).subarray(1)))
  expect(motionChecksum(joints)).not.toBe(motionChecksum(Float32Array.of(1, 2, 3.0000002)))
})

it('names a column of another length', async () => {
  const columns = [
    { name: 'a', type: 'INT32', data: [1, 2] },
    { name: 'b', type: 'INT32', data: [1] },
  ] as const
  await expect(writeParquet(join(folder, 'x.parquet'), columns)).rejects.toThrow(/x\.parquet: wanted 2 rows in column 'b', got 1\./)
})
