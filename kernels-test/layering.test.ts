// Who may import whom. This table is the architecture; the drawing in the README is a copy of it.

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const mayImport: Record<string, readonly string[]> = {
  base: [],
  motion: ['base'],
  reference: [],
  formats: ['base', 'motion'],
  text: ['base'],
  data: ['base', 'motion', 'formats', 'text'],
  metrics: ['base', 'motion'],
  generated: [],
  outputs: ['base', 'motion', 'formats', 'generated'],
  device: ['base'],
  kernels: ['device'],
  lift: ['base', 'motion', 'device', 'kernels'],
  ops: ['base', 'device', 'kernels'],
  model: ['base', 'motion', 'text', 'device', 'ops'],
  checkpoint: ['base', 'motion', 'formats', 'text', 'device', 'model'],
  infer: ['base', 'motion', 'text', 'device', 'kernels', 'ops', 'model'],
  train: ['base', 'motion', 'formats', 'data', 'text', 'metrics', 'device', 'kernels', 'ops', 'model', 'infer'],
  tasks: ['base', 'motion', 'formats', 'data', 'text', 'metrics', 'device', 'kernels', 'ops', 'model', 'checkpoint', 'infer', 'train'],
  profile: ['base', 'generated', 'outputs', 'device', 'model', 'infer', 'train'],
  pages: ['motion', 'outputs', 'profile'],
  commands: [
    'base',
    'motion',
    'formats',
    'data',
    'text',
    'metrics',
    'outputs',
    'device',
    'lift',
    'model',
    'checkpoint',
    'infer',
    'train',
    'tasks',
    'profile',
  ],
}

/** Folders that must also run in a browser: nothing of Node's in them. */
const everywhere = ['motion', 'reference', 'pages', 'text', 'metrics', 'kernels', 'ops', 'model', 'checkpoint', 'infer']

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.[jt]s$/.test(path) && path.includes('/'))
  .map((path) => ({ path: `src/${path}`, folder: path.split('/')[0]!, text: readFileSync(`src/${path}`, 'utf8') }))
// A test may look at its subject from outside.
const sources = files.filter(({ path }) => !/\.(test|testing|d)\.ts$/.test(path))

describe('imports', () => {
  it('only ever point down the line', () => {
    const wrong = sources.flatMap(({ path, folder, text }) => {
      const up = path.split('/').length - 2
      const targets = [...text.matchAll(new RegExp(`(?:from|import\\()\\s*'(?:\\.\\./){${up}}([a-z]+)/`, 'g'))].map(([, target]) => target!)
      return targets
        .filter((target) => target !== folder && !mayImport[folder]?.includes(target))
        .map((target) => `${path} imports ${target}/`)
    })
    expect(wrong).toEqual([])
  })

  it('are looked at in every folder', () => {
    expect([...new Set(sources.map(({ folder }) => folder))].sort()).toEqual(Object.keys(mayImport).sort())
  })

  it('of Node stay out of what must run in a browser', () => {
    const wrong = sources.filter(({ folder, text }) => everywhere.includes(folder) && /from 'node:|process\.|Buffer\./.test(text))
    expect(wrong.map(({ path }) => path)).toEqual([])
  })

  it('of Dawn, koffi, wgsl_reflect and h5wasm are in one file each', () => {
    const importers = (name: string) =>
      sources.filter(({ text }) => new RegExp(`(?:from|import\\()\\s*'${name}[/']`).test(text)).map(({ path }) => path)
    expect(importers('webgpu')).toEqual(['src/device/dawn.ts'])
    expect(importers('koffi')).toEqual(['src/device/held_stderr.ts'])
    expect(importers('wgsl_reflect')).toEqual(['src/device/reflect.ts'])
    expect(importers('h5wasm')).toEqual(['src/formats/hdf5_worker.js'])
  })
})
