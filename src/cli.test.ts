// What a user sees when something is wrong: one line that says where, the documented exit status, and nothing half-written.

import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPoseCheckpoint } from './checkpoint/file.js'
import { signllm, signllmSent } from './cli.testing.js'
import { writeDetections } from './commands/clips.testing.js'
import { readSafetensors } from './formats/safetensors/file.js'
import { formatSafetensors } from './formats/safetensors/format.js'
import { readSkels } from './formats/skels/skels.js'
import { stateDict } from './model/state_dict.testing.js'
import { about, madeUp, rows } from './profile/profile.testing.js'
import { saveProfile } from './profile/saved.js'

let folder: string
/** A trained checkpoint, too small to sign well. */
let model: string

const SIZES = 'model: { width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, maxFrames: 40, maxTokens: 8 }'
const FRAME = 151

/** A clip's line: joints that move a little, the counter 0-based. */
const line = (frames: number) =>
  Array.from({ length: frames * FRAME }, (_, i) => {
    const [t, j] = [Math.floor(i / FRAME), i % FRAME]
    return j === FRAME - 1 ? t / frames : 0.1 * Math.sin(0.3 * t + j)
  })
    .map((value) => value.toFixed(5))
    .join(' ')

/** Writes a corpus of three clips, its second line replaced, and a run file for it. Returns the run file's path. */
async function runWith(name: string, { second = line(12), lines, run = '' }: { second?: string; lines?: string[]; run?: string }) {
  const at = join(folder, name)
  await mkdir(at)
  const skels = lines ?? [line(12), second, line(14)]
  await writeFile(join(at, 'train.skels'), skels.map((text) => `${text}\n`).join(''))
  await writeFile(
    join(at, 'train.text'),
    ['rain', 'sun', 'rain sunshine']
      .slice(0, skels.length)
      .map((text) => `${text}\n`)
      .join(''),
  )
  const file = join(at, 'run.yaml')
  await writeFile(
    file,
    `name: ${name}
out: ${join(at, 'run')}
data: [{ language: ASL, train: ${join(at, 'train')} }]
${SIZES}
stop: { steps: 2 }
${run}`,
  )
  return file
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-cli-'))
  const run = join(folder, 'good.yaml')
  await writeFile(
    run,
    `name: good
out: ${join(folder, 'good')}
data: [{ synthetic: { languages: [ASL, GSL], clipsPerLanguage: 12, words: 6, wordsPerSentence: [1, 2] } }]
${SIZES}
batch: { size: 2 }
stop: { steps: 2 }
`,
  )
  const trained = await signllm('train', run)
  expect(trained, trained.stderr).toMatchObject({ status: 0 })
  model = join(folder, 'good', 'last.safetensors')
}, 120_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a good command', () => {
  it('writes every format it is asked for', async () => {
    const out = ['skels', 'pose', 'json', 'gif', 'png', 'svg', 'html'].map((ending) => join(folder, 'signed', `x.${ending}`))
    const word = await firstWord('ASL')
    const { status, stdout, stderr } = await signllm(
      '--json',
      'generate',
      `abracadabra ${word}`,
      '--lang',
      'asl',
      '--model',
      model,
      '--out',
      ...out,
    )
    expect(status, stderr).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ language: 'ASL', out, unknownWords: ['abracadabra'] })
    const notes = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(notes.at(-1)).toEqual({ note: 'not learned, so read as <unk>: abracadabra' })
    expect((await readdir(join(folder, 'signed'))).filter((name) => name.startsWith('x.'))).toHaveLength(out.length)
  })

  it('imports a state dict of the Progressive Transformers code, and signs with it', async () => {
    const [dict, vocabulary, imported, out] = ['dict.safetensors', 'words.txt', 'imported.safetensors', 'imported.skels'].map((name) =>
      join(folder, name),
    ) as [string, string, string, string]
    await writeFile(dict, formatSafetensors(stateDict({ words: 7, width: 16, hidden: 24, layers: 2 })))
    await writeFile(vocabulary, 'rain\nsun\nsnow\n')
    const asked = ['--vocabulary', vocabulary, '--lang', 'GSL', '--heads', '2', '--out', imported]
    const import_ = await signllm('--json', 'import', dict, ...asked)
    expect(import_.status, import_.stderr).toBe(0)
    expect(JSON.parse(import_.stdout)).toMatchObject({ width: 16, heads: 2, hidden: 24, encoderLayers: 2, decoderLayers: 2, vocabulary: 7 })
    const signed = await signllm('generate', 'rain snow', '--model', imported, '--out', out)
    expect(signed.status, signed.stderr).toBe(0)
    expect((await readFile(out, 'utf8')).trim().split(' ').length % FRAME).toBe(0)
  })

  it('says which adapter runs', async () => {
    const { status, stdout, stderr } = await signllm('--json', 'doctor')
    expect(status, stderr).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ name: expect.any(String), chosen: expect.stringMatching(/^(gpu|software|embedded)$/) })
  })
})

describe('the data commands', () => {
  it('make a corpus of detections, which checks and splits', async () => {
    const [root, prefix, parts] = ['shown', 'shown-corpus', 'shown-parts'].map((name) => join(folder, name)) as [string, string, string]
    await writeDetections(root, { v1_1: 3, v2_1: 4, v3_1: 5 })
    const made = await signllm('--json', 'data', 'convert', '--in', root, '--out', prefix, '--lang', 'ASL', '--iterations', '10')
    expect(made.status, made.stderr).toBe(0)
    expect(JSON.parse(made.stdout)).toMatchObject({ out: prefix, clips: 3, frames: 12 })
    expect(await signllm('data', 'check', prefix)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/3 clips, 12 frames, 0 errors/),
    })
    expect((await readSkels(`${prefix}.skels`)).scale).toBe('neck-shoulder-3')
    const split = await signllm('--json', 'data', 'split', prefix, '--out', parts)
    expect(JSON.parse(split.stdout).splits).toMatchObject({ train: { clips: 1 }, dev: { clips: 1 }, test: { clips: 1 } })
    await writeFile(`${prefix}.lang`, 'ASL\n')
    expect(await signllm('data', 'check', prefix)).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/lang: error: wanted as many lines/),
    })
  })

  it('take the older --form for --normalisation, and say nothing of it', async () => {
    const [root, prefix] = ['older', 'older-corpus'].map((name) => join(folder, name)) as [string, string]
    await writeDetections(root, { a: 3 })
    const args = ['data', 'convert', '--in', root, '--out', prefix, '--lang', 'ASL', '--iterations', '10', '--overwrite']
    for (const option of ['--form', '--normalisation']) {
      const { status, stderr } = await signllm(...args, option, 'nine')
      expect(status, stderr).toBe(0)
      expect((await readSkels(`${prefix}.skels`)).scale).not.toBe('neck-shoulder-3')
    }
    expect(await signllm(...args, '--form', 'nine', '--normalisation', 'neck')).toMatchObject({ status: 2 })
    expect((await signllm('data', 'convert', '--help')).stdout).not.toMatch(/--form /)
  })

  it('leave out a broken clip, and say so unless they are told not to', async () => {
    const [root, out] = ['one-broken', 'one-broken.h5'].map((name) => join(folder, name)) as [string, string]
    await writeDetections(root, { a: 2, b: 2 })
    await writeFile(join(root, 'b', 'b_000000000001_keypoints.json'), '[')
    const loud = await signllm('data', 'json2h5', '--in', root, '--out', out)
    expect(loud).toMatchObject({ status: 4, stdout: expect.stringMatching(/1 clip, 1 broken clip left out/) })
    expect(loud.stderr).toMatch(/left out: .*b_000000000001_keypoints\.json: .* at character 1/)
    expect(await signllm('data', 'json2h5', '--in', root, '--out', out, '--overwrite', '--skip-broken')).toMatchObject({ status: 0 })
  })

  it('keep what is done at Ctrl-C, and go on with it', async () => {
    const [root, out] = ['many', 'many.h5'].map((name) => join(folder, name)) as [string, string]
    await writeDetections(root, Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`clip${i}`, 2])))
    const args = ['--json', 'data', 'json2h5', '--in', root, '--out', out]
    const first = await signllmSent({ signal: 'SIGINT', when: /"done":2,/ }, ...args)
    expect(first, first.stderr).toMatchObject({ status: 130, stdout: '' })
    expect(first.stderr).toContain('--resume continues from there')
    await expect(readFile(out)).rejects.toThrow('ENOENT')
    const second = await signllm(...args, '--resume')
    expect(JSON.parse(second.stdout)).toMatchObject({ clips: 150, frames: expect.any(Number) })
    expect(JSON.parse(second.stdout).resumed).toBeGreaterThan(1)
  })
})

/** What must be said, and with which status; nothing may be left in the folders named. */
interface Wrong {
  readonly args: readonly string[]
  readonly status: number
  readonly says: readonly (string | RegExp)[]
  readonly absent?: readonly string[]
}

const wrongs: Record<string, () => Promise<Wrong>> = {
  'a ragged .skels line': async () =>
    badRun(await runWith('ragged', { second: line(12).split(' ').slice(1).join(' ') }), 4, 'train.skels:2'),
  'a NaN': async () => badRun(await runWith('nan', { second: line(12).replace(/^\S+/, 'nan') }), 4, 'train.skels:2', /nan/i),
  'an empty corpus': async () => badRun(await runWith('empty', { lines: [] }), 4, 'train.skels'),
  'a clip over the length limit': async () =>
    badRun(await runWith('long', { second: line(41) }), 4, 'train.skels:2', 'wanted at most 40 frames (maxFrames), got 41'),
  'a sentence over the length limit': async () =>
    badRun(await runWith('wordy', { run: 'tokens: letters\n' }), 4, 'train/3', 'wanted at most 8 tokens', 'Raise model.maxTokens'),
  'an unknown token policy': async () => badRun(await runWith('policy', { run: 'tokens: wrods\n' }), 2, 'run.yaml:6:9', 'words', 'wrods'),
  'a misspelt key': async () =>
    badRun(await runWith('key', { run: 'optimiser: { raet: 1 }\n' }), 2, 'run.yaml:6:14', 'did you mean `rate`'),
  'an unwritable folder': async () => {
    const run = await runWith('unwritable', {})
    const blocked = join(folder, 'unwritable', 'file')
    await writeFile(blocked, '')
    await writeFile(run, (await readFile(run, 'utf8')).replace(/^out: .*$/m, `out: ${join(blocked, 'run')}`))
    return { args: ['train', run], status: 4, says: [join(blocked, 'run')] }
  },
  'a folder that holds a run': async () => {
    const run = await runWith('again', {})
    const out = join(folder, 'again', 'run')
    await cp(join(folder, 'good'), out, { recursive: true })
    return { args: ['train', run], status: 2, says: [out, '--resume', '--overwrite'] }
  },
  'a run to go on with and to throw away at once': async () => {
    const run = await runWith('both', {})
    return { ...badRun(run, 2, '--resume', '--overwrite'), args: ['train', run, '--resume', '--overwrite'] }
  },
  ...Object.fromEntries(
    ['json2h5', 'lift', 'convert'].map((command) => [
      `clips of ${command} to go on with and to throw away at once`,
      async () => ({
        args: ['data', command, '--in', folder, '--out', join(folder, 'x.h5'), '--resume', '--overwrite'],
        status: 2,
        says: ['--resume', '--overwrite'],
        absent: [join(folder, 'x.h5')],
      }),
    ]),
  ),
  "a user's run in the demo's folder": async () => {
    const out = join(folder, 'demo-of-user')
    await cp(join(folder, 'good'), join(out, 'run'), { recursive: true })
    return { args: ['demo', '--out', out], status: 2, says: [join(out, 'run'), 'another run', '--overwrite', 'out'] }
  },
  'a missing run file': async () => ({ args: ['train', join(folder, 'none.yaml')], status: 2, says: ['none.yaml'] }),
  'a missing adapter': async () => ({
    args: ['--adapter', 'voodoo2', 'train', await runWith('adapter', {})],
    status: 3,
    says: ['voodoo2', 'signllm doctor'],
    absent: [join(folder, 'adapter', 'run')],
  }),
  'a vocabulary that is not there': async () => {
    const dict = join(folder, 'lone.safetensors')
    await writeFile(dict, formatSafetensors(stateDict({ words: 7, width: 16, hidden: 24, layers: 1 })))
    const out = join(folder, 'lone', 'model.safetensors')
    return {
      args: ['import', dict, '--vocabulary', join(folder, 'none.txt'), '--lang', 'GSL', '--heads', '2', '--out', out],
      status: 4,
      says: ['none.txt'],
      absent: [join(folder, 'lone')],
    }
  },
  'an unknown language': async () => signing('hello', ['--lang', 'XSL', '--model', model], 2, 'ASL, GSL', 'XSL'),
  'no language where there are two': async () => signing('hello', ['--model', model], 2, 'ASL, GSL'),
  'a sentence of marks': async () =>
    signing('\u{1F327}\uFE0F', ['--lang', 'ASL', '--model', model], 2, 'wanted a sentence of words', 'It knows'),
  'a sentence with letters lost': async () => signing('r\uFFFDin', ['--lang', 'ASL', '--model', model], 2, 'U+FFFD', 'UTF-8'),
  'an empty sentence': async () => signing('  ', ['--lang', 'ASL', '--model', model], 2, 'wanted a sentence'),
  'a sentence of words nobody taught it': async () =>
    signing('abracadabra hocuspocus', ['--lang', 'ASL', '--model', model], 2, "'abracadabra', 'hocuspocus'", 'It knows'),
  'an unknown length policy': async () => signing('rain', ['--lang', 'ASL', '--model', model, '--policy', 'guess'], 2, 'self-counter'),
  'an unknown ending': async () => ({
    args: ['generate', await firstWord('ASL'), '--lang', 'ASL', '--model', model, '--out', join(folder, 'x.avi')],
    status: 2,
    says: ['.avi', '.skels'],
    absent: [join(folder, 'x.avi')],
  }),
  'a file named twice': async () => {
    const out = join(folder, 'twice.bvh')
    const args = [
      'generate',
      await firstWord('ASL'),
      '--lang',
      'ASL',
      '--model',
      model,
      '--out',
      out,
      join(folder, '.', 'x', '..', 'twice.bvh'),
    ]
    return { args, status: 2, says: ['twice.bvh', 'got this one twice'], absent: [out] }
  },
  'a language tag that is a path': async () => ({
    args: ['import', model, '--vocabulary', join(folder, 'none.txt'), '--lang', '../x', '--out', join(folder, 'tagged.safetensors')],
    status: 2,
    says: ["got '../x'", 'ASL'],
    absent: [join(folder, 'tagged.safetensors')],
  }),
  'a safetensors file cut short': async () => {
    const path = join(folder, 'cut.safetensors')
    const bytes = await readFile(model)
    await writeFile(path, bytes.subarray(0, bytes.length - 100))
    return signing('hello', ['--lang', 'ASL', '--model', path], 4, 'cut.safetensors')
  },
  'a tensor of the wrong shape': async () => {
    const path = join(folder, 'shape.safetensors')
    const { tensors, metadata } = await readSafetensors(model)
    const name = 'weights/ASL/pose/weight'
    const { dtype, shape, data } = tensors.get(name)!
    const turned = new Map(tensors).set(name, { dtype, shape: [...shape].reverse(), data } as NonNullable<ReturnType<typeof tensors.get>>)
    await writeFile(path, formatSafetensors(turned, metadata))
    return signing('hello', ['--lang', 'ASL', '--model', path], 4, 'shape.safetensors', 'pose/weight', '[151, 16]', '[16, 151]')
  },
  'a folder that is not there': async () => converting(['--in', join(folder, 'nowhere'), '--lang', 'ASL'], 4, 'nowhere: wanted to read it'),
  'detections of fractions without a picture': async () => {
    const clip = join(folder, 'fractions')
    await mkdir(clip)
    await writeFile(join(clip, '00000001.json'), '{}')
    return converting(['--in', clip, '--lang', 'ASL'], 2, 'fractions: wanted the size of the video', '--picture')
  },
  'a picture without a height': async () => converting(['--in', folder, '--picture', '1280'], 2, '1280x720'),
  'a rate no video has': async () => converting(['--in', folder, '--fps', '1e9'], 2, 'above 0 and below 100000, such as 25'),
  'no language for a corpus': async () => converting(['--in', await someDetections()], 2, 'wanted the language of the clips', '--lang'),
  'sentences of other clips': async () => {
    const [names, text] = [join(folder, 'other.files'), join(folder, 'other.text')]
    await writeFile(names, 'dev/a\n')
    await writeFile(text, 'a\n')
    const args = ['--in', await someDetections(), '--lang', 'ASL', '--names', names, '--text', text]
    return converting(args, 4, "'dev/a'", "'a'", 'letter for letter')
  },
  'an output of an unknown ending': async () => ({
    args: ['data', 'convert', '--in', await someDetections(), '--out', join(folder, 'x.bvg')],
    status: 2,
    says: ['x.bvg', '.bvh', 'got .bvg'],
  }),
  'an output that is there': async () => {
    const out = join(folder, 'there.h5')
    await writeFile(out, '')
    return { args: ['data', 'json2h5', '--in', await someDetections(), '--out', out], status: 2, says: [out, '--resume', '--overwrite'] }
  },
  'a file to lift that is no HDF5': async () => ({
    args: ['data', 'lift', '--in', join(folder, 'good.yaml'), '--out', join(folder, 'lifted.h5')],
    status: 4,
    says: ['good.yaml: wanted an HDF5 file'],
    absent: [join(folder, 'lifted.h5'), join(folder, 'lifted.h5.partial')],
  }),
  'a corpus to look at that is not there': async () => ({
    args: ['data', 'inspect', join(folder, 'nowhere'), '--out', join(folder, 'page.html')],
    status: 4,
    says: ['nowhere: wanted an .h5 file'],
    absent: [join(folder, 'page.html')],
  }),
  'a corpus to check that is not there': async () => ({
    args: ['data', 'check', join(folder, 'nowhere')],
    status: 4,
    says: ['nowhere.skels'],
  }),
  'a corpus too small to split': async () => {
    await runWith('small', {})
    const out = join(folder, 'small-parts')
    return {
      args: ['data', 'split', join(folder, 'small', 'train'), '--out', out, '--by', 'clip', '--dev', '0.9'],
      status: 2,
      says: ['split'],
      absent: [out],
    }
  },
  'an ablation over more seeds than anybody trains': async () => ({
    args: ['ablate', join(folder, 'good.yaml'), '--seeds', '1e9'],
    status: 2,
    says: ['--seeds', 'wanted at most 1000'],
  }),
  'a file that is no checkpoint': async () => signing('hello', ['--lang', 'ASL', '--model', join(folder, 'good.yaml')], 4, 'good.yaml'),
}

function badRun(run: string, status: number, ...says: (string | RegExp)[]): Wrong {
  return { args: ['train', run], status, says, absent: [join(run, '..', 'run')] }
}

function signing(text: string, args: readonly string[], status: number, ...says: string[]): Wrong {
  const out = join(folder, 'never')
  return { args: ['generate', text, ...args, '--out', join(out, 'x.skels'), join(out, 'x.png')], status, says, absent: [out] }
}

/** `data convert` into a folder that must not come to be. */
function converting(args: readonly string[], status: number, ...says: string[]): Wrong {
  const out = join(folder, 'unmade')
  return { args: ['data', 'convert', ...args, '--out', join(out, 'all')], status, says, absent: [out] }
}

async function someDetections(): Promise<string> {
  await writeDetections(join(folder, 'some'), { a: 2 })
  return join(folder, 'some')
}

async function firstWord(language: string): Promise<string> {
  const { groups } = await readPoseCheckpoint(model)
  return groups.find((group) => group.language === language)!.vocabulary.tokens.at(-1)!
}

describe('a clear error, the documented status and nothing half-written for', () => {
  it.each(Object.entries(wrongs))('%s', { timeout: 60_000 }, async (_, prepare) => {
    const { args, status, says, absent = [] } = await prepare()
    const outcome = await signllm(...args)
    expect(outcome).toMatchObject({ status, stdout: '' })
    expect(outcome.stderr).not.toContain('    at ')
    for (const part of says) expect(outcome.stderr).toMatch(part)
    for (const path of absent) await expect(readdir(path)).rejects.toThrow('ENOENT')
  })
})

describe('profile diff', () => {
  it('ends with status 1 where something became slower, 0 where nothing did, 2 for profiles of different work', async () => {
    const [before, slower, other] = ['before', 'slower', 'other'].map((name) => join(folder, `${name}.json`)) as [string, string, string]
    await saveProfile(before, madeUp(rows))
    await saveProfile(slower, madeUp(rows.map((row) => ({ ...row, ms: about(2 * row.ms.median) }))))
    await saveProfile(other, madeUp(rows, { subject: 'another step' }))
    const outcomes = await Promise.all([slower, before, other].map((after) => signllm('profile', 'diff', before, after)))
    expect(outcomes.map(({ status }) => status)).toEqual([1, 0, 2])
    expect(outcomes[0]!.stdout).toContain('5 slower by more than 10 %')
    expect(outcomes[2]!.stderr).toMatch(/^profile diff: wanted two profiles of one subject, got .* \[ERR_USAGE\]\n$/)
  })
})
