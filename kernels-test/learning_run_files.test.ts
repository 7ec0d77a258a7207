// Every run file of an experiment is one: what a change of keys and defaults makes of it is seen here, and not in an experiment that few can run.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readVariants } from '../src/commands/variants_file.js'
import { loadRunFile } from '../src/tasks/run_file.js'

const folder = 'bench/learning'
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'))
const isVariants = (file: string) => file.endsWith('_variants.yaml')

describe('a run file of an experiment', () => {
  it.each(files.filter((file) => !isVariants(file)))('%s is read without an older name in it', async (file) => {
    const notes: string[] = []
    await loadRunFile(join(folder, file), (note) => notes.push(note))
    expect(notes).toEqual([])
  })

  it.each(files.filter(isVariants))('%s is read', async (file) => {
    expect((await readVariants(join(folder, file))).length).toBeGreaterThan(1)
  })
})
