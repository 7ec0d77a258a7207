// Several ranks that train from shards: each reads the frames of its own examples alone, and together they learn what one rank does.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { lentGpu } from '../../../kernels-test/harness.js'
import type { Communicator } from '../../base/communicator.js'
import { ranksInProcess } from '../../base/communicator.testing.js'
import { packClips } from '../../data/shards/pack.js'
import { ShardReader } from '../../data/shards/reader.js'
import { syntheticCorpus } from '../../data/synthetic/corpus.js'
import { passSize, sharesOf } from '../../train/ranks/shares.js'
import { Trainer } from '../../train/trainer.js'
import { textToPose } from './task.js'
import type { PoseTraining } from './training.js'

const SIZE = 8
const STEPS = 5

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-stored-ranks-'))
  const size = { clipsPerLanguage: 40, words: 8, wordsPerSentence: [1, 2], framesPerSign: 6 } as const
  const { train } = syntheticCorpus({ ...size, languages: ['ASL', 'GSL'], seed: 1 })
  await packClips(folder, train, { name: 'all', clipsAPart: 9 })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Losses of some steps; names of the clips whose frames were read in them, and of those that were to be trained on, by this rank. */
async function trained(microBatch: number | null, ranks?: Communicator) {
  const config = textToPose.parse(
    `
name: ranks
data: [{ shards: ${folder} }]
model: { width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, maxFrames: 40, maxTokens: 8 }
batch: { size: ${SIZE}, microBatch: ${microBatch} }
augment: { speed: 0.2 }`,
    'test',
  )
  const { training } = await (await textToPose.load(config, { resumed: false })).begin(await lentGpu())
  await using trainer = new Trainer(config, training, { owns: true, ranks })
  const { data } = training as PoseTraining
  const read = new Set<string>()
  for (const reader of new Set(data.map(({ stored }) => stored!.stored.corpus.reader))) {
    const spied = vi.spyOn(reader, 'readAll')
    spied.mockImplementation((clips, memory) => {
      for (const clip of clips) read.add(data[0]!.stored!.stored.corpus.list.name(clip))
      return ShardReader.prototype.readAll.call(reader, clips, memory)
    })
  }
  const shared = ranks && passSize(SIZE, microBatch, ranks.size)
  const own = training.planEpoch(0).map((batch) => ({
    group: batch.group,
    examples: shared ? sharesOf(batch, shared, ranks.size)[ranks.rank]!.passes.flat() : batch.examples,
  }))
  const losses: number[] = []
  for (let step = 0; step < STEPS; step++) losses.push((await trainer.trainStep()).loss)
  const namesOf = (batches: typeof own) => batches.flatMap(({ group, examples }) => examples.map((i) => training.nameOf(group, i)))
  return { losses, read, trainedOn: namesOf(own.slice(0, STEPS)), ahead: namesOf(own.slice(0, STEPS + 1)) }
}

it.each([2, 4])('%i ranks learn what one does, each of frames that no other reads', async (size) => {
  const alone = await trained(SIZE / size)
  const all = await Promise.all(ranksInProcess(size).ranks.map((ranks) => trained(null, ranks)))
  const others = new Set<string>()
  for (const { losses, read, trainedOn, ahead } of all) {
    for (const [step, loss] of losses.entries()) expect(Math.abs(loss / alone.losses[step]! - 1)).toBeLessThan(1e-5)
    expect([...read]).toEqual(expect.arrayContaining(trainedOn))
    expect(ahead).toEqual(expect.arrayContaining([...read]))
    expect([...read].filter((name) => others.has(name))).toEqual([])
    for (const name of read) others.add(name)
  }
  expect([...others].toSorted()).toEqual([...alone.read].toSorted())
})
