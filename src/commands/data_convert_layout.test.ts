// `data convert --layout`: detections and motions into DWPose's points, and what is made of these.

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { checkCorpus } from '../data/corpus/check.js'
import { loadCorpus } from '../data/corpus/corpus.js'
import { saveCorpus } from '../data/corpus/save.js'
import { detected } from '../data/layouts/dwpose.testing.js'
import { syntheticCorpus } from '../data/synthetic/corpus.js'
import { readPose } from '../formats/pose/pose.js'
import { layouts } from '../motion/layout/layouts.js'
import { motionFromJson } from '../outputs/json_motion.js'
import { convertFolder } from './data_convert.testing.js'

const { at, json, words, convert } = convertFolder()
const points = { layout: 'dwpose-128' } as const
const dwpose = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data', 'prompt2sign', 'dwpose_human_signer')

it('takes detections to a corpus of points that is checked, read, and written as pictures and files', async () => {
  const summary = await convert(json(), 'points/all', { lang: 'ASL', ...words(), ...points })
  expect(summary).toMatchObject({ clips: 2, frames: 10, broken: [] })
  expect(JSON.parse(await readFile(at('points/all.json'), 'utf8'))).toMatchObject({
    layout: 'dwpose-128',
    normalisation: 'clip-neck-shoulder-3',
  })
  expect((await checkCorpus(at('points/all'))).findings).toEqual([])
  const { clips, layout } = await loadCorpus({ skels: at('points/all'), layout: 'any' })
  expect([layout, clips.map(({ text, frames }) => [text, frames])]).toEqual([
    'dwpose-128',
    [
      ['bread', 4],
      ['apple', 6],
    ],
  ])

  for (const ending of ['png', 'svg', 'gif', 'html', 'json', 'pose', 'skels'])
    expect(await convert(at('points/all'), `a.${ending}`, { clip: 'a', ...points })).toMatchObject({ clips: 1, broken: [] })
  expect(motionFromJson(await readFile(at('a.json'), 'utf8'), 'a.json').layout).toBe('dwpose-128')
  expect((await readPose(at('a.pose'))).points).toBe(128)
  // And back out of its .pose file.
  await convert(at('a.pose'), 'back.json', points)
  const back = motionFromJson(await readFile(at('back.json'), 'utf8'), 'back.json')
  expect(back.confidence).toEqual(clips[1]!.confidence)
})

it('lifts a corpus of points into the 50 joints where these are wanted', async () => {
  await convert(json(), 'seen', { lang: 'ASL', ...words(), ...points })
  expect(await convert(at('seen'), 'lifted')).toMatchObject({ clips: 2, frames: 10, broken: [] })
  const { clips, layout } = await loadCorpus({ skels: at('lifted') })
  expect([layout, clips.map(({ text, language }) => [text, language])]).toEqual([
    'skeleton-50',
    [
      ['bread', 'ASL'],
      ['apple', 'ASL'],
    ],
  ])
  expect(clips[1]!.joints.some((value, i) => i % 3 === 2 && value !== 0)).toBe(true)
})

it('resamples them, and finds what is out of scale', async () => {
  await convert(json(), 'slow', { lang: 'ASL', ...words(), ...points, fps: 12 })
  const { clips, fps } = await loadCorpus({ skels: at('slow'), layout: 'any' })
  expect([fps, clips.map(({ frames }) => frames)]).toEqual([12, [2, 3]])
  const { train } = syntheticCorpus({ languages: ['ASL'], clipsPerLanguage: 6, words: 4, wordsPerSentence: [1, 2] })
  const wrong = train.slice(0, 2).map((clip, i) => {
    const seen = detected(clip, 1)
    return i === 0 ? seen : { ...seen, joints: seen.joints.map((value) => 2 * value) }
  })
  await saveCorpus(at('wrong'), wrong)
  const { findings } = await checkCorpus(at('wrong'))
  expect(findings.filter(({ severity }) => severity === 'error').map(({ where, problem }) => [where, problem.slice(0, 47)])).toEqual([
    [`${at('wrong')}.skels:2`, 'wanted the scale clip-neck-shoulder-3, which th'],
  ])
})

it('projects motions of 50 joints, and refuses what has other points', async () => {
  const { train } = syntheticCorpus({ languages: ['ASL'], clipsPerLanguage: 6, words: 4, wordsPerSentence: [1, 2] })
  await saveCorpus(at('joints'), train)
  await convert(at('joints'), 'flat', points)
  const { clips } = await loadCorpus({ skels: at('flat'), layout: 'any' })
  expect(clips).toHaveLength(train.length)
  const { points: count } = layouts['dwpose-128']
  expect(clips[0]!.confidence!.filter((sure) => sure > 0)).toHaveLength(clips[0]!.frames * 50)
  expect(clips[0]!.joints[2 * 4]).toBeCloseTo(train[0]!.joints[3 * 4]!, 4)
  expect(clips[0]!.joints).toHaveLength(2 * count * clips[0]!.frames)
  await expect(convert(json(), 'none', { lang: 'ASL', ...words(), layout: 'slrtp-178' })).rejects.toThrow(
    /wanted motions with the points of slrtp-178/,
  )
  await expect(convert(at('flat'), 'flat.bvh', { clip: train[0]!.name, ...points })).rejects.toThrow(
    /wanted a motion of skeleton-50, got one of dwpose-128/,
  )
})

const shard = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data', 'signverse', 'Sign_DWPose_NPZ_000001.tar')
it.skipIf(!existsSync(shard))(
  'takes a shard of SignVerse-2M to a corpus of points, cut and named by its captions (skipped without ../shared/data)',
  async () => {
    const summary = await convert(shard, 'shard', points)
    expect(summary.clips).toBeGreaterThan(3)
    const { findings } = await checkCorpus(at('shard'))
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
    const { clips } = await loadCorpus({ skels: at('shard'), layout: 'any' })
    expect(clips.every(({ text, language, confidence }) => text !== '' && language !== '' && confidence!.some((sure) => sure > 0))).toBe(
      true,
    )
  },
)

it.skipIf(!existsSync(dwpose))('takes real DWPose frames to a page and a corpus (skipped without ../shared/data)', async () => {
  const options = { ...points, lang: 'ASL', picture: { width: 1280, height: 720 } }
  expect(await convert(dwpose, 'human', options)).toMatchObject({ clips: 1, frames: 135, broken: [] })
  expect((await checkCorpus(at('human'))).findings.filter(({ severity }) => severity === 'error')).toEqual([])
  await convert(dwpose, 'human.html', options)
  expect(await readFile(at('human.html'), 'utf8')).toContain('"layout":"dwpose-128"')
})
