// Who may import whom. This table is the architecture; the drawing in the README is a copy of it.

import { describe, expect, it } from 'vitest'
import { circles, importsOf, roomOf, sourcesIn } from './sources.js'

const mayImport: Record<string, readonly string[]> = {
  base: [],
  generated: [],
  motion: ['base'],
  reference: [],
  formats: ['base', 'motion'],
  text: ['base'],
  data: ['base', 'motion', 'formats', 'text'],
  metrics: ['base', 'motion'],
  outputs: ['base', 'motion', 'formats', 'generated'],
  device: ['base', 'generated'],
  'platform/node': ['base', 'device'],
  'platform/web': ['base', 'device'],
  kernels: ['device'],
  video: ['base', 'motion', 'formats', 'outputs', 'device', 'platform/node', 'kernels', 'nn', 'model', 'infer'],
  detect: ['base', 'motion', 'formats', 'platform/node', 'video'],
  lift: ['base', 'motion', 'device', 'kernels'],
  ops: ['base', 'device', 'kernels'],
  nn: ['base', 'device', 'ops'],
  model: ['base', 'motion', 'text', 'device', 'ops', 'nn'],
  checkpoint: ['base', 'motion', 'formats', 'text', 'device', 'nn', 'model'],
  infer: ['base', 'motion', 'text', 'device', 'kernels', 'ops', 'nn', 'model'],
  signer: ['base', 'motion', 'text', 'device', 'platform/node', 'platform/web', 'model', 'checkpoint', 'infer'],
  train: [
    ...['base', 'motion', 'formats', 'data', 'text', 'metrics', 'device', 'platform/node', 'kernels', 'ops', 'nn', 'model', 'infer'],
    'video',
  ],
  tasks: [
    'base',
    'motion',
    'formats',
    'data',
    'text',
    'metrics',
    'device',
    'kernels',
    'ops',
    'nn',
    'model',
    'checkpoint',
    'infer',
    'train',
  ],
  profile: ['base', 'generated', 'outputs', 'device', 'nn', 'model', 'infer', 'train'],
  judge: [
    ...['base', 'motion', 'formats', 'data', 'text', 'metrics', 'outputs', 'device', 'kernels', 'ops', 'nn', 'model', 'checkpoint'],
    'infer',
  ],
  serve: ['base', 'motion', 'formats', 'data', 'text', 'outputs', 'device', 'model', 'checkpoint', 'infer'],
  pages: [
    ...[
      'base',
      'motion',
      'formats',
      'data',
      'text',
      'outputs',
      'device',
      'platform/web',
      'checkpoint',
      'infer',
      'signer',
      'profile',
      'serve',
    ],
  ],
  commands: [
    ...['base', 'motion', 'formats', 'data', 'text', 'metrics', 'outputs', 'device', 'platform/node', 'lift', 'nn', 'model', 'checkpoint'],
    ...['infer', 'train', 'tasks', 'judge', 'profile', 'video', 'detect', 'serve'],
  ],
}

/** Folders of which every file must also run in a browser; what the entry for browsers reaches beyond them, web.test.ts looks at. */
const everywhere = [
  'motion',
  'reference',
  'pages',
  'text',
  'metrics',
  'device',
  'platform/web',
  'kernels',
  'ops',
  'nn',
  'model',
  'checkpoint',
  'infer',
  'signer',
]

const sources = sourcesIn('src')
const inRooms = sources.filter(({ path }) => roomOf(path) !== undefined)

describe('imports', () => {
  it('only ever point down the line', () => {
    const wrong = inRooms.flatMap(({ path, imports }) => {
      const room = roomOf(path)!
      const targets = imports.flatMap(({ file }) => (file === undefined ? [] : (roomOf(file) ?? file)))
      return targets.filter((target) => target !== room && !mayImport[room]?.includes(target)).map((target) => `${path} imports ${target}`)
    })
    expect(wrong).toEqual([])
  })

  it('are looked at in every folder', () => {
    const rooms = new Set(inRooms.map(({ path }) => roomOf(path)!))
    expect([...rooms, 'generated'].sort()).toEqual(Object.keys(mayImport).sort())
  })

  it('of Node, and its globals, stay out of what must run in a browser', () => {
    const wrong = inRooms
      .filter(({ path }) => everywhere.includes(roomOf(path)!))
      .flatMap(({ path, ofNode }) => ofNode.map((what) => `${path}: ${what}`))
    expect(wrong).toEqual([])
  })

  it('go in no circle, types included, within the device, its platforms and text', () => {
    const rooms = ['device', 'platform/node', 'platform/web', 'text']
    expect(circles(inRooms.filter(({ path }) => rooms.includes(roomOf(path)!)))).toEqual([])
  })

  it('of Dawn and h5wasm are in one file each, of koffi in one for each library it calls', () => {
    const importers = (name: string) =>
      sources.filter(({ imports }) => imports.some(({ to }) => to === name || to.startsWith(`${name}/`))).map(({ path }) => path)
    expect(importers('webgpu')).toEqual(['src/platform/node/dawn.ts'])
    expect(importers('koffi')).toEqual(['src/platform/node/held_stderr.ts', 'src/platform/node/mpi/library.ts'])
    // The parser of all of WGSL is for tests.
    expect(importers('wgsl_reflect')).toEqual([])
    expect(importers('h5wasm')).toEqual(['src/formats/hdf5/worker.js'])
  })
})

describe('what imports and globals are looked for by', () => {
  const seen = (text: string) => importsOf({ path: 'src/a/b.ts', text })

  it('finds every way to import', () => {
    const { imports } = seen(`
      import { x } from '../device/x.js'
      import type { T } from './t.js'
      export * from 'node:fs'
      import 'webgpu'
      const later = () => import('koffi')
      let typed: import('../motion/y.js').Y
      // import { z } from 'comment'
      const text = "import { z } from 'text'"`)
    expect(imports.map(({ to, file }) => [to, file])).toEqual([
      ['../device/x.js', 'src/device/x.ts'],
      ['./t.js', 'src/a/t.ts'],
      ['node:fs', undefined],
      ['webgpu', undefined],
      ['koffi', undefined],
      ['../motion/y.js', 'src/motion/y.ts'],
    ])
    expect(imports.map(({ typeOnly }) => typeOnly)).toEqual([false, true, false, false, false, true])
  })

  it('finds what is Node’s, by import or by name, and nothing that only has such a name', () => {
    expect(
      seen(`import { readFile } from 'fs/promises'; const p = process.env.X; Buffer.alloc(1); globalThis.setImmediate(f)`).ofNode,
    ).toEqual(['fs/promises', 'process', 'Buffer', 'setImmediate'])
    expect(seen(`const later = () => import('node:os'); typeof require; console.log(__dirname)`).ofNode).toEqual([
      'node:os',
      'require',
      '__dirname',
    ])
    expect(seen(`const x = { process: 1, Buffer }; x.process; type P = NodeJS.ErrnoException // Buffer`).ofNode).toEqual([
      'Buffer',
      'NodeJS',
    ])
    expect(seen(`const x = { process: 1 }; x.process; new ArrayBuffer(1) // process`).ofNode).toEqual([])
  })

  it('is the same where paths have other separators', () => {
    const { path, imports } = importsOf({ path: 'src\\a\\b.ts', text: `import { x } from '../device/x.js'` })
    expect([path, imports[0]!.file, roomOf(path)]).toEqual(['src/a/b.ts', 'src/device/x.ts', 'a'])
    expect(roomOf('src/platform/web/open.ts')).toBe('platform/web')
    expect(roomOf('src/web.ts')).toBeUndefined()
  })

  it('finds circles', () => {
    const chain = [
      importsOf({ path: 'src/a/one.ts', text: `import './two.js'` }),
      importsOf({ path: 'src/a/two.ts', text: `import type { T } from './three.js'` }),
      importsOf({ path: 'src/a/three.ts', text: `export const later = () => import('./one.js')` }),
    ]
    expect(circles(chain)).toEqual(['src/a/one.ts → src/a/two.ts → src/a/three.ts → src/a/one.ts'])
    expect(circles(chain.slice(0, 2))).toEqual([])
  })
})
