import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeSkels } from '../../formats/skels/write.js'
import { COORDS, JOINTS, joint } from '../../motion/skeleton.js'
import { syntheticCorpus } from '../synthetic/corpus.js'
import { type CorpusReport, checkCorpus } from './check.js'
import { noteCompanions, readManifest, recordFiles, writeManifest } from './manifest.js'
import { saveCorpus } from './save.js'

const folder = await mkdtemp(join(tmpdir(), 'check-'))
const clips = syntheticCorpus({ languages: ['ASL', 'KSL'], clipsPerLanguage: 10, seed: 2 }).train.slice(6, 10)
let corpora = 0

/** A sound corpus of four clips, two a language. */
async function fresh(): Promise<string> {
  const prefix = join(folder, `${corpora++}`, 'train')
  await saveCorpus(prefix, clips)
  return prefix
}

async function edit(path: string, change: (lines: string[]) => string[]): Promise<void> {
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
  await writeFile(path, `${change(lines).join('\n')}\n`)
}

/** Makes the manifest vouch for the files as they are now, so that only what is in them is found. */
async function vouchAgain(prefix: string): Promise<void> {
  const manifest = await readManifest(`${prefix}.json`)
  if (manifest?.version === 2)
    await writeManifest(`${prefix}.json`, { ...manifest, files: await recordFiles(prefix, Object.keys(manifest.files)) })
}

function shift(joints: Float32Array, t: number, first: number, count: number, x: number): void {
  for (let j = first; j <= first + count; j++) if (j < JOINTS) joints[t * COORDS + j * 3] = joints[t * COORDS + j * 3]! + x
}

const lines = ({ prefix, findings }: CorpusReport): string[] =>
  findings.map(({ severity, where, problem }) => `${severity} ${where.slice(prefix.length)} ${problem}`)

describe('checkCorpus', () => {
  it('finds nothing in a corpus as we write it', async () => {
    const report = await checkCorpus(await fresh())
    expect(lines(report)).toEqual([])
    expect(report).toMatchObject({ clips: 4, frames: clips.reduce((sum, { frames }) => sum + frames, 0) })
  })

  it('finds frames without a signer, shoulders gone wild and heads that hang down, in a corpus that nobody vouches for', async () => {
    const prefix = join(folder, `${corpora++}`, 'train')
    await saveCorpus(prefix, clips)
    const [nobody, wild, upsideDown, sound] = clips.map(({ joints, ...clip }) => ({ ...clip, joints: joints.map((value) => 2 * value) }))
    nobody!.joints.fill(0.016, COORDS, 3 * COORDS)
    wild!.joints[2 * COORDS + joint.rightShoulder * 3] = -1e30
    for (let i = 1; i < upsideDown!.joints.length; i += 3) upsideDown!.joints[i]! *= -1
    await writeSkels(`${prefix}.skels`, [nobody!, wild!, upsideDown!, sound!])
    await rm(`${prefix}.json`)
    const { frames } = upsideDown!
    expect(lines(await checkCorpus(prefix))).toEqual([
      expect.stringMatching(/^warning \.json /),
      `error .skels:1 wanted a signer in every frame, got all joints in one point in 2 of ${nobody!.frames} frames, first in frame 1`,
      "warning .skels:2 wanted shoulders about as far apart in every frame, got 1.5e+30 times the clip's median in frame 2",
      `warning .skels:3 wanted the nose above the neck, got it below in ${frames} of ${frames} frames: y may point up, and must point down`,
    ])
  })

  it('finds a changed, a shortened and a lost file', async () => {
    const prefix = await fresh()
    await edit(`${prefix}.text`, ([a, ...rest]) => [[...a!].reverse().join(''), ...rest])
    await edit(`${prefix}.files`, ([a, ...rest]) => [`${a}x`, ...rest])
    await rm(`${prefix}.gloss`)
    expect(lines(await checkCorpus(prefix))).toEqual([
      expect.stringMatching(/^error \.text wanted SHA-256 [0-9a-f]{12}… by the manifest, got [0-9a-f]{12}…$/),
      'error .gloss wanted the file the manifest names, got none',
      expect.stringMatching(/^error \.files wanted \d+ bytes by the manifest, got \d+$/),
    ])
  })

  it('finds companions out of line, blank lines and names twice', async () => {
    const prefix = await fresh()
    await edit(`${prefix}.text`, (all) => all.slice(1))
    await edit(`${prefix}.gloss`, ([a, _, ...rest]) => [a!, ' ', ...rest])
    await edit(`${prefix}.files`, ([a]) => [a!, a!, 'gr\u00fcn', 'gru\u0308n'])
    await vouchAgain(prefix)
    expect(lines(await checkCorpus(prefix))).toEqual([
      `error .text wanted as many lines as ${prefix}.skels (4), got 3`,
      'warning .gloss:2 wanted a line, got a blank one',
      `error .files:2 wanted names that differ, got '${clips[0]!.name}' as on line 1`,
      "error .files:4 wanted names that differ, got 'gru\u0308n' as on line 3",
    ])
  })

  it('finds text of another encoding', async () => {
    const prefix = await fresh()
    await writeFile(`${prefix}.text`, Buffer.from('sun\nSchnee f\u00e4llt\nrain\nsnow\n', 'latin1'))
    await vouchAgain(prefix)
    expect(lines(await checkCorpus(prefix))).toEqual(
      ["error .text:2 wanted text in UTF-8, got the byte 0xe4 after 'Schnee f'"].map((line) => expect.stringContaining(line)),
    )
  })

  it('finds sentences without words, without spaces, and with letters lost', async () => {
    const prefix = await fresh()
    await writeFile(`${prefix}.text`, '今天会下雨\n\u{1F327}\uFE0F\n我在学校吃苹果 f\uFFFDllt\nf\u00c3\u00a4llt\n')
    await vouchAgain(prefix)
    expect(lines(await checkCorpus(prefix))).toEqual([
      expect.stringMatching(/^warning \.text:3 wanted text with all its letters, got U\+FFFD/),
      expect.stringMatching(/^warning \.text:4 wanted text with all its letters, got 'Ã¤'/),
      "warning .text:2 wanted words, got nothing but marks: '\u{1F327}\uFE0F'",
      expect.stringMatching(
        /^warning \.text:3 wanted spaces between words, got Chinese or Japanese .* 1 of 4 sentences .* tokens: letters/,
      ),
    ])
  })

  it('finds every broken line of motion, not only the first', async () => {
    const prefix = await fresh()
    await edit(`${prefix}.skels`, ([a, b, c, d]) => [a!.replace(/^\S+/, 'nan'), b!, `${c} 0.5`, d!])
    await vouchAgain(prefix)
    const found = lines(await checkCorpus(prefix))
    expect(found).toHaveLength(2)
    expect(found[0]).toMatch(/^error \.skels:1 wanted a finite number, got 'nan' as number 1 of the line/)
    expect(found[1]).toMatch(/^error \.skels:3 wanted a multiple of 151 numbers/)
  })

  it('warns of one frame, and of a hand that is one point throughout', async () => {
    const prefix = join(folder, 'thin', 'train')
    const [first, second] = clips as [(typeof clips)[number], (typeof clips)[number]]
    const joints = second.joints.slice()
    for (let t = 0; t < second.frames; t++)
      for (let j = joint.leftHand; j < joint.rightHand; j++)
        joints.copyWithin(t * COORDS + j * 3, t * COORDS + joint.leftWrist * 3, t * COORDS + joint.leftWrist * 3 + 3)
    await saveCorpus(prefix, [
      { ...first, joints: first.joints.slice(0, COORDS), frames: 1 },
      { ...second, joints },
    ])
    expect(lines(await checkCorpus(prefix))).toEqual([
      'warning .skels:1 wanted something that moves, got one frame',
      `warning .skels:2 wanted hands with fingers, got the left one in one point in all ${second.frames} frames`,
    ])
  })

  it('finds motions of another scale, too far away, still, or twice', async () => {
    const prefix = join(folder, 'scale', 'train')
    const broken = clips.map((clip) => ({ ...clip, joints: clip.joints.slice() }))
    broken[0]!.joints[COORDS + joint.neck * 3 + 1] = 0.01
    broken[1]!.joints[2 * COORDS + joint.leftShoulder * 3] = 0.9
    broken[1]!.joints[joint.nose * 3 + 2] = -9
    for (let t = 1; t < broken[2]!.frames; t++) broken[2]!.joints.copyWithin(t * COORDS, 0, COORDS)
    broken[3] = { ...broken[2]!, name: 'again', language: 'KSL' }
    await saveCorpus(prefix, broken)
    expect(lines(await checkCorpus(prefix))).toEqual([
      'error .skels:1 wanted the neck at 0, got it elsewhere in frame 1',
      'error .skels:2 wanted the shoulders 0.3333 apart in the picture, got 1.0667 in frame 2',
      'error .skels:2 wanted nose to neck within 1.8 shoulder widths, got 27.0 shoulder widths in frame 0',
      expect.stringMatching(/^error \.skels:2 wanted nose to neck of about one length, got lengths that vary by \d+ % of their mean$/),
      'error .skels:2 wanted every joint within 5.1 shoulder widths of the neck, got 27.0 shoulder widths in frame 0, nose',
      'error .skels:2 wanted joints that move, got one that jumps: nose by 27.1 shoulder widths from frame 0 to 1',
      expect.stringMatching(/^warning \.skels:3 wanted something that moves, got one pose in all \d+ frames$/),
      'warning .skels:4 wanted motions that differ, got that of line 3 again',
      expect.stringMatching(/^warning \.skels:4 wanted something that moves/),
    ])
  })

  it.each([
    [
      'an arm twice too long',
      (joints: Float32Array, t: number) => shift(joints, t, joint.rightWrist, 0, 1.2),
      /rightElbow to rightWrist within/,
    ],
    ['a hand elsewhere', (joints: Float32Array, t: number) => shift(joints, t, joint.leftHand, 21, 2), /leftWrist to leftHand within/],
    [
      'a broken finger',
      (joints: Float32Array, t: number) => shift(joints, t, joint.leftHand + 6, 0, -0.9),
      /leftIndex1 to leftIndex2 within/,
    ],
  ] as const)('finds %s in a clip of any scale, with a manifest or without', async (_, spoil, problem) => {
    const joints = clips[0]!.joints.slice()
    for (let t = 3; t < 7; t++) spoil(joints, t)
    const prefix = join(folder, `${corpora++}`, 'train')
    await saveCorpus(prefix, [{ ...clips[0]!, joints }, clips[1]!])
    const of = (found: readonly string[]): string[] => found.filter((line) => line.startsWith('error .skels:'))
    const found = of(lines(await checkCorpus(prefix)))
    expect(found.join()).toMatch(problem)
    expect(found.every((line) => line.startsWith('error .skels:1 '))).toBe(true)
    await writeSkels(`${prefix}.skels`, [{ joints: joints.map((x) => 3 * x), frames: clips[0]!.frames, fps: 25 }], {
      scale: 'lifted-divided-by-9',
    })
    await rm(`${prefix}.json`)
    expect(of(lines(await checkCorpus(prefix))).join()).toMatch(problem)
  })

  it.each(['../../../x', '/etc/x', 'C:\\x', 'a\\..\\x', 'a//b', 'a/./b', 'x'.repeat(300), `a/${'手'.repeat(90)}`, 'a\u001b[31m'])(
    'finds the name %s',
    async (name) => {
      const prefix = await fresh()
      await edit(`${prefix}.files`, ([, ...rest]) => [name, ...rest])
      await vouchAgain(prefix)
      expect(lines(await checkCorpus(prefix))).toEqual([expect.stringMatching(/^error \.files:1 wanted clip names /)])
    },
  )

  it('finds counts and counters that are not those of the manifest', async () => {
    const prefix = await fresh()
    await edit(`${prefix}.lang`, ([, ...rest]) => ['TSL', ...rest])
    await vouchAgain(prefix)
    const manifest = await readManifest(`${prefix}.json`)
    if (manifest?.version !== 2) throw new Error('wanted version 2')
    await writeManifest(`${prefix}.json`, { ...manifest, frames: 7, counter: 'one-based i/N' })
    const found = lines(await checkCorpus(prefix))
    expect(found.slice(0, 4)).toEqual(
      [1, 2, 3, 4].map((n) => `error .skels:${n} wanted the counter 'one-based i/N' as in the manifest, got 'zero-based i/N'`),
    )
    expect(found.slice(4)).toEqual([
      `error .json wanted 7 frames as the manifest counts, got ${manifest.frames}`,
      'error .json wanted 2 clips of ASL as the manifest counts, got 1',
      'error .json wanted 0 clips of TSL as the manifest counts, got 1',
    ])
  })

  it('counts the frames of a motion that can be read but not measured', async () => {
    const prefix = join(folder, 'flat', 'train')
    const flat = clips.map((clip, i) => (i === 0 ? { ...clip, joints: new Float32Array(clip.joints.length) } : clip))
    const manifest = await saveCorpus(prefix, flat, { scale: 'divided-by-9' })
    await writeManifest(`${prefix}.json`, { ...manifest, frames: 7 })
    expect(lines(await checkCorpus(prefix))).toEqual([
      expect.stringMatching(/^warning \.skels:1 wanted something that moves/),
      expect.stringMatching(/^error \.skels:1 wanted shoulders apart in the image, got a median distance of 0/),
      `error .json wanted 7 frames as the manifest counts, got ${manifest.frames}`,
    ])
  })

  it('says what a manifest that is missing, old or broken cannot vouch for, and files it does not know', async () => {
    const prefix = await fresh()
    await writeFile(`${prefix}.prompt`, 'a\nb\nc\nd\n')
    expect(lines(await checkCorpus(prefix))).toEqual(['warning .prompt wanted every file in the manifest, got one it does not name'])
    await noteCompanions(prefix, ['prompt'])
    expect(lines(await checkCorpus(prefix))).toEqual([])
    await writeFile(`${prefix}.json`, '{"format":"signllm-corpus","version":3}')
    expect(lines(await checkCorpus(prefix))[0]).toMatch(/^error \.json wanted a signllm-corpus manifest, got a wrong 'version'/)
    await rm(`${prefix}.json`)
    expect(lines(await checkCorpus(prefix))).toEqual([
      'warning .json wanted a manifest, got none: scale, frame rate and checksums cannot be checked',
    ])
  })

  it('throws where there is nothing to check', async () => {
    await expect(checkCorpus(join(folder, 'none'))).rejects.toThrow(/none\.skels: wanted a readable file/)
  })
})
