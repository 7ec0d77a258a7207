// The page's ways from a download of DWPose data to a model and to motions that drive what takes DWPose, line by line as they stand there: on downloads of two
// invented signers in the form of the release, and on the samples of it where they are present. Only the run files are smaller.

import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Random } from '../src/base/random.js'
import { dwposeLine, keypointClip, person } from '../src/formats/detections.testing.js'
import { readDwposeVideo } from '../src/formats/dwpose/video.js'
import { payloadOf } from '../src/formats/dwpose/video.testing.js'
import { type ReleasedVideo, releasedShard } from '../src/formats/signverse/videos.testing.js'
import { blocksOf, commandsOf } from './markdown.js'

const samples = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data/signverse')
const page = readFileSync('src/commands/README.md', 'utf8')
const folder = await mkdtemp(join(tmpdir(), 'signllm-dwpose-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Of the page what stands under one heading. */
function section(heading: string): string {
  const from = page.indexOf(`#### ${heading}`)
  expect(from, heading).toBeGreaterThan(0)
  return page.slice(from, page.indexOf('\n#', from + 1))
}

/** What makes a run of the published size one of a second. */
const sizes = 'width: 32, heads: 4, hidden: 64, encoderLayers: 1, decoderLayers: 1, dropout: 0, residualDropout: 0, attentionDropout: 0'
const short =
  'optimiser: { rate: 5.0e-3 }\nschedule: { kind: constant }\nbatch: { size: 6 }\nstop: { steps: 60 }\nvalidate: { every: 60, clips: 2 }\n'

/** Runs the commands of a section in a folder, with its run file made smaller. */
async function follow(heading: string, place: string): Promise<void> {
  const text = section(heading)
  const [run] = blocksOf(text, 'yaml')
  const name = /^name: (\w+)$/m.exec(run!)![1]!
  await writeFile(join(place, `${name}.yaml`), `${run!.replace('preset: signdw', `preset: signdw, ${sizes}`)}${short}`)
  const commands = commandsOf(text)
  expect(commands).toHaveLength(5)
  for (const words of commands) {
    expect(words.slice(0, 4)).toEqual(['npm', 'run', 'signllm', '--'])
    const { status, stderr } = await signllmIn(place, words.slice(4))
    expect(status, `${words.join(' ')}\n${stderr}`).toBe(0)
  }
}

/** The command line in another folder than the repository's. */
function signllmIn(cwd: string, args: readonly string[]): Promise<{ status: number | null; stderr: string }> {
  return new Promise((done, reject) => {
    const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), resolve('src/cli.ts'), ...args], { cwd })
    let stderr = ''
    child.stderr.on('data', (text) => (stderr += text))
    child.stdout.resume()
    child.on('error', reject)
    child.on('close', (status) => done({ status, stderr }))
  })
}

/** Somebody who moves the arms while cues go by. */
function video(id: string, track: string, texts: readonly string[], seed: number): ReleasedVideo {
  const picture = { width: 640, height: 360 }
  const random = new Random(seed)
  const payloads = Array.from({ length: 20 * texts.length }, (_, t) =>
    payloadOf([person(random, 320 + 5 * Math.sin(t / 5), 180, 90)], picture),
  )
  return { id, track, cues: texts.map((text) => ({ seconds: 20 / 24, text })), payloads, picture }
}

/** The motion that was written for what takes DWPose: somebody is there, in the picture. */
async function expectSigner(path: string): Promise<void> {
  const { frames, picture, fps, id, notes } = await readDwposeVideo(path)
  expect([picture, fps, notes]).toEqual([{ width: 512, height: 512 }, 24, []])
  expect(id).toBe(path.split('/').at(-2))
  expect(frames.length).toBeGreaterThanOrEqual(8)
  for (const { people } of frames) {
    expect(people).toHaveLength(1)
    for (const shoulder of [2, 5])
      expect([...people[0]!.subarray(3 * shoulder, 3 * shoulder + 3)].every((value) => value > 0.1 && value <= 1)).toBe(true)
  }
}

const looked = async (place: string, stem: string): Promise<void> => {
  expect(await readFile(join(place, `${stem}.html`), 'utf8')).toContain('dwpose-128')
  expect((await readFile(join(place, `${stem}.png`))).subarray(1, 4).toString()).toBe('PNG')
}

async function madeShard(place: string): Promise<void> {
  const german = ['Guten Tag zusammen', 'wir sind zu zweit', 'das ist erfunden']
  const english = ['Hello, I am made up.', 'I wave my arms & hands', 'and then I rest.']
  const videos = [video('MadeUpASE01', 'en', english, 1), video('-adeUpSGG02', 'de', german, 2)]
  await writeFile(join(place, 'Sign_DWPose_NPZ_000001.tar'), releasedShard(videos))
  await writeFile(join(place, 'SignVerse-2M-metadata_ori.csv'), 'MadeUpASE01,ase\r\n-adeUpSGG02,sgg\r\nMadeUpXXX03,???\r\n')
}

async function sampleShard(place: string): Promise<void> {
  const wanted = (await readdir(samples)).filter((name) => /\.(tar|csv)$/.test(name))
  for (const name of wanted) await copyFile(join(samples, name), join(place, name))
}

describe.concurrent('from a download', () => {
  const limits = { timeout: 120_000 }
  const place = async (name: string): Promise<string> => {
    await mkdir(join(folder, name), { recursive: true })
    return join(folder, name)
  }

  it('of SignVerse-2M', limits, async () => {
    const at = await place('made')
    await madeShard(at)
    await follow('SignVerse-2M, from a download', at)
    await looked(at, 'tag')
    await expectSigner(join(at, 'tag/poses.npz'))
  })

  it.skipIf(!existsSync(samples))('of SignVerse-2M’s samples', limits, async () => {
    const at = await place('samples')
    await sampleShard(at)
    await follow('SignVerse-2M, from a download', at)
    await looked(at, 'tag')
    await expectSigner(join(at, 'tag/poses.npz'))
  })

  it('of How2Sign in DWPose', limits, async () => {
    const at = await place('how2sign')
    const texts = ['Hello, I am made up.', 'I wave my arms and hands', 'And then I rest.']
    const clips = texts.map((_, i) => keypointClip(`made_up-${i}`, 20, i + 1))
    await mkdir(join(at, 'how2sign'))
    const files = {
      skels: clips.map((clip) => dwposeLine(clip, 1280, 720)),
      files: clips.map(({ name }) => `train/${name}`),
      text: texts,
    }
    for (const [ending, lines] of Object.entries(files)) await writeFile(join(at, `how2sign/train.${ending}`), `${lines.join('\n')}\n`)
    await follow('How2Sign in DWPose, from a download', at)
    await looked(at, 'rest')
    await expectSigner(join(at, 'rest/poses.npz'))
  })
})
