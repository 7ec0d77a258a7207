import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadGlossConfig, loadRunConfig, loadRunFile } from './run_file.js'

const folder = await mkdtemp(join(tmpdir(), 'signllm-run-file-'))
afterAll(() => rm(folder, { recursive: true }))
const pose = join(folder, 'pose.yaml')
const gloss = join(folder, 'gloss.yaml')
await writeFile(pose, 'name: a\ndata: [{ synthetic: {} }]\n')
await writeFile(gloss, 'task: text-to-gloss\nname: b\ndata: [{ synthetic: {} }]\ninput: text\n')

describe('a run file', () => {
  it('is of the task that it says, text to pose where it says none', async () => {
    expect((await loadRunFile(pose)).task).toBe('text-to-pose')
    expect(await loadRunFile(gloss)).toMatchObject({ task: 'text-to-gloss', input: 'text', gloss: 'auto' })
  })

  it('of one task is refused by what wants the other, in one line', async () => {
    await expect(loadRunConfig(gloss)).rejects.toThrow(`${gloss}: wanted a run of task text-to-pose, got text-to-gloss`)
    await expect(loadGlossConfig(pose)).rejects.toThrow(`${pose}: wanted a run of task text-to-gloss, got one that names none`)
  })

  it('may call keys by their older names, which is told with the place of each', async () => {
    const path = join(folder, 'older.yaml')
    const warned: string[] = []
    await writeFile(
      path,
      'name: a\nstart: b.safetensors\ndata:\n  - { language: ASL, train: x, long: drop }\n  - { synthetic: { languages: [GSL] } }\n',
    )
    expect(await loadRunFile(path, (note) => warned.push(note))).toMatchObject({
      initFrom: 'b.safetensors',
      data: [{ overlong: 'drop' }, {}],
    })
    expect(warned).toEqual([`${path}:2:1: \`start\` is called \`initFrom\` now`, `${path}:4:32: \`long\` is called \`overlong\` now`])
    await writeFile(path, 'task: text-to-gloss\nname: b\ndata: [{ synthetic: {} }]\nreads: prompt\n')
    expect(await loadRunFile(path, (note) => warned.push(note))).toMatchObject({ input: 'prompt' })
    expect(warned.slice(2)).toEqual([`${path}:4:1: \`reads\` is called \`input\` now`])
    await writeFile(path, 'task: text-to-gloss\nname: b\ndata: [{ synthetic: {} }]\nreads: nothing\n')
    await expect(loadRunFile(path)).rejects.toThrow(`${path}:4:8: \`input\`: wanted`)
    await writeFile(path, 'name: a\nstart: b\ninitFrom: c\ndata: [{ synthetic: {} }]\n')
    await expect(loadRunFile(path)).rejects.toThrow(`${path}:2:1: wanted one of the keys`)
  })

  it('of a task there is not, or that is not there, is refused with its place', async () => {
    await writeFile(join(folder, 'x.yaml'), 'task: text-to-song\nname: a\ndata: [{ synthetic: {} }]\n')
    await expect(loadRunFile(join(folder, 'x.yaml'))).rejects.toThrow('x.yaml:1:7: `task`: wanted')
    await expect(loadRunFile(join(folder, 'none.yaml'))).rejects.toThrow('wanted to read a run file')
  })

  it('is UTF-8, with or without a mark, or refused with the line', async () => {
    const path = join(folder, 'encoded.yaml')
    const run = 'name: a\nout: läufe\ndata: [{ synthetic: {} }]\n'
    await writeFile(path, `\uFEFF${run.replaceAll('\n', '\r\n')}`)
    expect(await loadRunFile(path)).toMatchObject({ out: 'läufe' })
    await writeFile(path, Buffer.from(run, 'latin1'))
    await expect(loadRunFile(path)).rejects.toMatchObject({
      code: 'ERR_CONFIG',
      message: expect.stringContaining('encoded.yaml:2: wanted'),
    })
    await writeFile(path, Buffer.from(`\uFEFF${run}`, 'utf16le'))
    await expect(loadRunFile(path)).rejects.toMatchObject({ code: 'ERR_CONFIG', message: expect.stringContaining('got UTF-16') })
  })

  describe('refuses values that mean nothing, with their place', () => {
    const signs = 'data: [{ synthetic: {} }]'
    const corpus = (key: string) => `data: [{ language: GSL, train: a, ${key} }]`
    it.each([
      ['text-to-gloss', signs, 'smoothing: 1'],
      ['pose-to-text', signs, 'smoothing: 1'],
      ['language-model', signs, 'smoothing: 1'],
      ['sign-to-text', `${signs}\nlanguage_model: a`, 'smoothing: 1'],
      ['pose-to-text', signs, 'augment: { noise: 1.0e+9 }'],
      ['pose-to-text', signs, 'augment: { shift: 1.0e+9 }'],
      ['pose-to-text', signs, 'augment: { scale: 1 }'],
      ['pose-to-text', signs, 'loss: { recognition: 1.0e+9 }'],
      ['pose-to-text', signs, 'loss: { translation: 1.0e+9 }'],
      ['pose-to-text', signs, 'signCl: { weight: 1.0e+9 }'],
      ['pose-to-text', signs, 'validate: { alpha: 1.0e+9 }'],
      ['pseudo-gloss', signs, 'loss: { weight: 1.0e+9 }'],
      ['pseudo-gloss', `${signs}\ninput: video`, 'video: { stride: 1000000000 }'],
      ['pseudo-gloss', signs, 'model: { layerScale: 1.0e+9 }'],
      ['pseudo-gloss', `${signs}\ninput: video`, 'model: { images: { trained: none, adapters: {} } }'],
      ['sign-text-matching', signs, 'batch: { size: 1 }'],
      ['sign-text-matching', signs, 'batch: { size: 8, microBatch: 3 }'],
      ['sign-text-matching', signs, 'model: { sentences: { heads: 3 } }'],
      ['sign-text-matching', signs, 'restoring: { hide: first }'],
      ['sign-translation', signs, 'smoothing: 1'],
      ['sign-translation', signs, 'model: { features: 6 }'],
      ['vq-sign', signs, 'loss: { commitment: 1.0e+9 }'],
      ['vq-sign', signs, 'model: { codes: 1 }'],
      ['sign-to-text', `${signs}\nlanguage_model: a`, 'validate: { alpha: 1.0e+9 }'],
      ['sign-to-text', `${signs}\nlanguage_model: a`, 'model: { alpha: 1.0e+9 }'],
      ['text-to-pose', signs, 'loss: { bones: 1.0e+9 }'],
      ['text-to-pose', '', corpus('fps: 1.0e+9')],
      ['text-to-pose', '', corpus('skipFrames: 1000000000')],
      ['text-to-pose', '', 'data: [{ synthetic: { framesPerSign: 1000000000 } }]'],
      ['pose-to-text', '', corpus('fps: 1.0e+9')],
      ['pose-to-text', '', corpus('skipFrames: 1000000000')],
    ])('%s: %s, %s', async (task, rest, line) => {
      const path = join(folder, 'meaningless.yaml')
      await writeFile(path, `task: ${task}\nname: a\n${line}\n${rest}\n`)
      const key = line.match(/(\w+): (?:[\w.+]+|\{\})[ }\]]*$/)?.[1]
      await expect(loadRunFile(path)).rejects.toThrow(new RegExp(`meaningless\\.yaml:3:\\d+: \`[^\`]*\\b${key}\`: wanted`))
    })

    it('but adapters of a frozen image encoder that stage 1 has trained are taken', async () => {
      const path = join(folder, 'adapters.yaml')
      const images = 'model: { images: { trained: none, adapters: {} } }'
      await writeFile(path, `task: sign-to-text\nname: a\ninput: video\n${signs}\nlanguage_model: a\ninitFrom: b\n${images}\n`)
      expect(await loadRunFile(path)).toMatchObject({ model: { images: { trained: 'none' } } })
    })
  })
})
