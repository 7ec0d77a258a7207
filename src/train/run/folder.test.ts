// Who may write into a run's folder, and what is left there however a run ends: by runs of no model at all.

import { link, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type FolderOptions, inRunFolder, keepOlder, type RunFolder } from './folder.js'

const folder = await mkdtemp(join(tmpdir(), 'signllm-folder-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Config {
  readonly seed: number
}
const read = async (path: string): Promise<Config> => ({ seed: Number(/seed: (\d+)/.exec(await readFile(path, 'utf8'))![1]) })

/** What is in a folder and those in it, name by name. */
async function contents(at: string): Promise<Record<string, string>> {
  const files = (await readdir(at, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  const texts = files.map(async ({ parentPath, name }) => [
    join(parentPath, name).slice(at.length + 1),
    await readFile(join(parentPath, name), 'utf8'),
  ])
  return Object.fromEntries(await Promise.all(texts))
}

/** A run that did something: as a folder has it. The file of notes is the user's. */
const older = {
  'config.yaml': 'seed: 1\n',
  'last.safetensors': 'old',
  'best.safetensors': 'old',
  'metrics.jsonl': 'old',
  'notes.txt': 'mine',
}

async function olderRun(name: string, files: Record<string, string> = older): Promise<string> {
  const out = join(folder, name)
  await mkdir(out)
  await lay(out, files)
  return out
}

async function lay(out: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(out, name, '..'), { recursive: true })
    await writeFile(join(out, name), text)
  }
}

/** A run of `seed` that ends in its own way at one of its places. */
function run(out: string, options: FolderOptions, { seed = 2, fails = '' } = {}): AsyncGenerator<{ kind: string }> {
  const reach = (place: string) => {
    if (place === fails) throw new Error(`at ${place}`)
  }
  return inRunFolder(out, options, async function* (at: RunFolder) {
    reach('data')
    await at.begin({ seed }, ['seed'], read)
    reach('device')
    await lay(out, { 'metrics.jsonl': 'new', 'best.safetensors': 'new' })
    yield { kind: 'step' }
    reach('step')
    await lay(out, { 'last.safetensors': 'new' })
    yield { kind: 'checkpoint' }
    reach('later')
    yield { kind: 'end' }
  })
}

async function drain(events: AsyncGenerator<unknown>): Promise<void> {
  for await (const _ of events);
}

const newer = {
  'config.yaml': 'seed: 2\n',
  'last.safetensors': 'new',
  'best.safetensors': 'new',
  'metrics.jsonl': 'new',
  'notes.txt': 'mine',
}

describe('a run that overwrites', () => {
  it.each(['data', 'device', 'step'])('and fails at its %s leaves the older one as it was', async (fails) => {
    const out = await olderRun(`fails-${fails}`)
    await expect(drain(run(out, { overwrite: true }, { fails }))).rejects.toThrow(`at ${fails}`)
    expect(await contents(out)).toEqual(older)
  })

  it('and is left alone before its first checkpoint does so too', async () => {
    const out = await olderRun('left')
    for await (const _ of run(out, { overwrite: true })) break
    expect(await contents(out)).toEqual(older)
  })

  it('has the folder for itself from its first checkpoint on', async () => {
    for (const fails of ['later', '']) {
      const out = await olderRun(`saved-${fails}`)
      await drain(run(out, { overwrite: true }, { fails })).catch(() => undefined)
      expect(await contents(out)).toEqual(newer)
    }
  })

  it('keeps its checkpoint where the older one cannot be removed', async () => {
    const out = await olderRun('stays')
    const events = run(out, { overwrite: true })
    await events.next()
    await lay(out, { '.replaced-run.done/theirs': '' })
    await expect(events.next()).rejects.toMatchObject({ code: 'ERR_OUTPUT' })
    expect(await readFile(join(out, 'last.safetensors'), 'utf8')).toBe('new')
  })

  it('takes nothing away where it cannot set everything aside', async () => {
    const out = await olderRun('in-the-way')
    await writeFile(join(out, '.replaced-run.moving'), 'a file of the user’s')
    await expect(drain(run(out, { overwrite: true }))).rejects.toMatchObject({ code: 'ERR_OUTPUT' })
    expect(await contents(out)).toEqual({ ...older, '.replaced-run.moving': 'a file of the user’s' })
  })
})

describe('a run that may replace only the same one', () => {
  it('has the folder of that, however often', async () => {
    const out = await olderRun('same')
    for (const _ of [1, 2]) await drain(run(out, { overwrite: 'same' }, { seed: 1 }))
    expect(await contents(out)).toEqual({ ...newer, 'config.yaml': 'seed: 1\n' })
  })

  const { 'config.yaml': _, ...unnamed } = older
  const others: Record<string, [Record<string, string>, Record<string, string>]> = {
    'of another run file': [older, older],
    'whose run file is lost': [unnamed, unnamed],
    'set aside by the same run, which was killed': [
      { 'config.yaml': 'seed: 2\n', '.replaced-run/config.yaml': 'seed: 1\n', '.replaced-run/last.safetensors': 'old' },
      { 'config.yaml': 'seed: 1\n', 'last.safetensors': 'old' },
    ],
  }
  it.each(Object.entries(others))('leaves one %s as it was', async (name, [files, left]) => {
    const out = await olderRun(`same-${name}`, files)
    const refused = { code: 'ERR_USAGE', message: expect.stringMatching(/another run in it\. .*--overwrite/) }
    await expect(drain(run(out, { overwrite: 'same' }))).rejects.toMatchObject(refused)
    expect(await contents(out)).toEqual(left)
  })
})

describe('a run after one that was killed', () => {
  const killed: Record<string, [Record<string, string>, Record<string, string>]> = {
    'before its first checkpoint': [
      {
        'config.yaml': 'seed: 2\n',
        'metrics.jsonl': 'new',
        '.replaced-run/config.yaml': 'seed: 1\n',
        '.replaced-run/last.safetensors': 'old',
      },
      { 'config.yaml': 'seed: 1\n', 'last.safetensors': 'old' },
    ],
    'while it set the older one aside': [
      { 'config.yaml': 'seed: 1\n', '.replaced-run.moving/last.safetensors': 'old', '.replaced-run.moving/metrics.jsonl': 'old' },
      { 'config.yaml': 'seed: 1\n', 'last.safetensors': 'old', 'metrics.jsonl': 'old' },
    ],
    'after its first checkpoint': [
      {
        'config.yaml': 'seed: 2\n',
        'last.safetensors': 'new',
        '.replaced-run/config.yaml': 'seed: 1\n',
        '.replaced-run/last.safetensors': 'old',
      },
      { 'config.yaml': 'seed: 2\n', 'last.safetensors': 'new' },
    ],
    'while it removed the older one': [
      { 'config.yaml': 'seed: 2\n', 'last.safetensors': 'new', '.replaced-run.done/last.safetensors': 'old' },
      { 'config.yaml': 'seed: 2\n', 'last.safetensors': 'new' },
    ],
  }
  it.each(Object.entries(killed))('%s finds one whole run', async (name, [files, found]) => {
    const out = await olderRun(name, files)
    await expect(drain(run(out, {}))).rejects.toMatchObject({ code: 'ERR_USAGE' })
    expect(await contents(out)).toEqual(found)
  })
})

describe('a run folder', () => {
  it('is one run’s at a time, and free however that ends', async () => {
    const out = join(folder, 'shared')
    const first = run(out, {})
    await first.next()
    for (const options of [{}, { resume: true }, { overwrite: true }])
      await expect(drain(run(out, options))).rejects.toMatchObject({
        code: 'ERR_USAGE',
        message: expect.stringMatching(`^${out}: wanted to be the only process that writes here, got process ${process.pid} `),
      })
    await first.return(undefined)
    await expect(drain(run(out, {}, { fails: 'step' }))).rejects.toThrow('at step')
    await drain(run(out, {}))
    expect(Object.keys(await contents(out)).sort()).toEqual(['best.safetensors', 'config.yaml', 'last.safetensors', 'metrics.jsonl'])
  })

  it('is gone again where a run that made it ends before it begins', async () => {
    await expect(drain(run(join(folder, 'none', 'deep'), {}, { fails: 'data' }))).rejects.toThrow('at data')
    expect(await readdir(folder)).not.toContain('none')
  })

  it.each([true, 'same'] as const)('is not gone on with and thrown away (overwrite: %s) at once', async (overwrite) => {
    const out = await olderRun(`both-${overwrite}`)
    const refused = { code: 'ERR_USAGE', message: expect.stringContaining('got both') }
    await expect(drain(run(out, { resume: true, overwrite }, { seed: 1 }))).rejects.toMatchObject(refused)
    expect(await contents(out)).toEqual(older)
    await expect(drain(run(join(folder, 'unmade'), { resume: true, overwrite }))).rejects.toMatchObject(refused)
    expect(await readdir(folder)).not.toContain('unmade')
  })

  it('is not resumed under another run file', async () => {
    const out = await olderRun('other')
    await expect(drain(run(out, { resume: true }))).rejects.toMatchObject({ code: 'ERR_CONFIG' })
    expect(await contents(out)).toEqual(older)
  })

  it.each([
    ['a file', 'file'],
    ['below a file', 'file/run'],
    ['longer than a name may be', 'x'.repeat(300)],
  ])('that is %s is refused as an output', async (_, name) => {
    await writeFile(join(folder, 'file'), 'text')
    const out = join(folder, name)
    await expect(drain(run(out, { overwrite: true }))).rejects.toMatchObject({ code: 'ERR_OUTPUT', message: expect.stringContaining(out) })
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('text')
  })
})

describe('older checkpoints', () => {
  it('are kept without taking room twice, the newest of them', async () => {
    const out = await olderRun('kept', {})
    for (const step of [10, 20, 30, 40]) {
      await keepOlder(out, 3, step - 10)
      await rm(join(out, 'last.safetensors'), { force: true })
      await writeFile(join(out, 'last.safetensors'), String(step))
    }
    await keepOlder(out, 3, 40)
    expect(await contents(out)).toEqual({ 'last.safetensors': '40', 'step-000030.safetensors': '30', 'step-000040.safetensors': '40' })
    const [last, same] = await Promise.all(['last', 'step-000040'].map((name) => stat(join(out, `${name}.safetensors`))))
    await link(join(out, 'last.safetensors'), join(out, 'can-link')).then(
      () => expect(last!.ino).toBe(same!.ino),
      () => undefined,
    )
  })

  it('are kept once, where a run goes on that was cut off after keeping one', async () => {
    const out = await olderRun('twice', { 'last.safetensors': '10' })
    for (const _ of [1, 2]) await keepOlder(out, 2, 10)
    expect(await contents(out)).toEqual({ 'last.safetensors': '10', 'step-000010.safetensors': '10' })
  })

  it('that cannot be kept are an output that failed, and take nothing away', async () => {
    const out = await olderRun('not-kept', { 'last.safetensors': 'old', 'step-000010.safetensors/x': '' })
    await expect(keepOlder(out, 2, 10)).rejects.toMatchObject({ code: 'ERR_OUTPUT' })
    expect(await contents(out)).toEqual({ 'last.safetensors': 'old', 'step-000010.safetensors/x': '' })
  })
})
