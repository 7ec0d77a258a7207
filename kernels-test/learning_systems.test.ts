// Every run file of the table of systems is one, and every source that is counted is there: seen here, and not half an hour into the trial.

import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { corpora } from '../bench/learning/systems/corpora.js'
import type { Row } from '../bench/learning/systems/row.js'
import { sourceLines } from '../bench/learning/systems/source_lines.js'
import { languageRun, systems } from '../bench/learning/systems/systems.js'
import { tablePage } from '../bench/learning/systems/table.js'
import { loadTaskRun } from '../src/tasks/run_file.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-systems-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const settingsOf = (corpus: keyof typeof corpora, seed = 1) => ({
  corpus: corpora[corpus],
  prefixes: { train: 'train', dev: 'dev', test: 'test' },
  seed,
  out: folder,
  language: 'language.safetensors',
})

describe('the table of systems', () => {
  it.each(systems.map(({ name }) => name))('has run files of %s without an older name in them', async (name) => {
    const system = systems.find((one) => one.name === name)!
    for (const corpus of Object.keys(corpora) as (keyof typeof corpora)[])
      for (const run of [languageRun(settingsOf(corpus)), ...system.stages(settingsOf(corpus))]) {
        const path = join(folder, 'run.yaml')
        await writeFile(path, JSON.stringify(run))
        const notes: string[] = []
        const { task } = await loadTaskRun(path, (note) => notes.push(note))
        expect(task.name).toBe(run.task)
        expect(notes).toEqual([])
      }
  })

  it('counts lines of sources that are there', async () => {
    for (const { sources } of systems) for (const source of sources) expect(existsSync(source), source).toBe(true)
    const path = join(folder, 'two.ts')
    await writeFile(path, 'one\n\ntwo\n')
    expect(await sourceLines([path])).toBe(2)
  })

  it('tells means and spreads over seeds, and what SignCL changed seed by seed', async () => {
    const row = (system: string, seed: number, errors: number): Row => {
      const scores = { errors, bleu1: 50, bleu4: 40, exact: 0.25 }
      const stages = [{ stage: 'translation', steps: 10, seconds: 1, parameters: 1234, frozen: 0, memory: 2 ** 20 }]
      return { corpus: 'grammar', system, seed, digest: '', adapter: 'a driver', ...scores, shuffled: { ...scores, errors: 90 }, stages }
    }
    const rows = [row('GASLT', 1, 10), row('GASLT', 2, 12), row('GASLT + SignCL', 1, 9), row('GASLT + SignCL', 2, 9)]
    const page = await tablePage(rows, 'npm run it', 'What it says.')
    expect(page).toContain(
      '| GASLT | 11.0 ± 1.4 | 50.0 ± 0.0 | 40.0 ± 0.0 | 25.0 ± 0.0 | 90.0 ± 0.0 | - | 1,234 | 0 | 100 ± 0 | 1.00 MiB | 2 |',
    )
    expect(page).toContain('| GASLT | grammar | -2.0 ± 1.4 (lower with 2 of 2) | 0.0 ± 0.0 (lower with 0 of 2) | - |')
    expect(page).toContain('What it says.')
  })
})
