// The pages a user reads keep what they promise: commands and options exist, run files are valid, links lead somewhere, and the library
// examples compile strictly and run.

import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signllm } from '../src/cli.testing.js'
import { parseLanguageConfig } from '../src/tasks/language_model/config.js'
import { parsePoseToTextConfig } from '../src/tasks/pose_to_text/config.js'
import { parsePseudoGlossConfig } from '../src/tasks/pseudo_gloss/config.js'
import { parseSignTextMatchingConfig } from '../src/tasks/sign_text_matching/config.js'
import { parseSignToTextConfig } from '../src/tasks/sign_to_text/config.js'
import { parseSignTranslationConfig } from '../src/tasks/sign_translation/config.js'
import { parseGlossConfig } from '../src/tasks/text_to_gloss/config.js'
import { parseRunConfig } from '../src/tasks/text_to_pose/config.js'
import { parseVqSignConfig } from '../src/tasks/vq_sign/config.js'
import { blocksOf, commandsOf, linksOf } from './markdown.js'

const pages = [
  'README.md',
  'src/README.md',
  'src/tasks/README.md',
  'src/commands/README.md',
  'kernels-test/README.md',
  'bench/README.md',
  ...readdirSync('src/guides').map((file) => `src/guides/${file}`),
].map((path) => ({ path, text: readFileSync(path, 'utf8') }))
const textOf = (path: string) => pages.find((page) => page.path === path)!.text
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-readme-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Commands that have commands below them. */
const groups = ['data', 'profile', 'judge']

describe('commands of the pages', () => {
  // With the package installed it is `npx signllm`, in a clone `npm run signllm --`.
  const inClone = (words: string[]) =>
    words[0] === 'npx' && words[1] === 'signllm' ? ['npm', 'run', 'signllm', '--', ...words.slice(2)] : words
  const commandsIn = (some: typeof pages) => some.flatMap(({ text }) => commandsOf(text)).map(inClone)
  const commands = commandsIn(pages)
  /** What follows `npm run signllm --`, by command, such as `data convert`. */
  const used = new Map<string, string[]>()
  for (const words of commands) {
    if (words.slice(0, 4).join(' ') !== 'npm run signllm --') continue
    const rest = words.slice(4)
    const parts = groups.includes(rest[0]!) && !rest[1]!.startsWith('-') ? 2 : 1
    const name = rest[0]!.startsWith('-') ? '' : rest.slice(0, parts).join(' ')
    used.set(name, [...(used.get(name) ?? []), ...rest.filter((word) => word.startsWith('--'))])
  }

  it('are those of npm, with scripts that exist', () => {
    // Recipes use other programs too, and are run.
    const wrong = commandsIn(pages.filter(({ path }) => !path.startsWith('src/guides/'))).filter(([program, verb, script]) => {
      if (program === 'printf') return false
      if (program !== 'npm') return true
      return verb === 'run' ? !Object.hasOwn(scripts, script!) : !['ci', 'i', 'test', 'pack'].includes(verb!)
    })
    expect(wrong).toEqual([])
    expect(commands.slice(0, 4).map((words) => words.join(' '))).toEqual(['npm ci', 'npm run demo', 'npm ci', 'npm test'])
  })

  it.each([...used])('signllm %s has the options that are used', async (name, options) => {
    const { status, stdout } = await signllm(...name.split(' ').filter(Boolean), '--help')
    expect(status).toBe(0)
    const known = [...stdout.matchAll(/--[a-z0-9-]+/g)].map(([option]) => option)
    const everywhere = ['--adapter', '--json', '--help']
    expect(options.filter((option) => ![...known, ...everywhere].includes(option))).toEqual([])
  })

  it('of the page on commands leave none out', async () => {
    const namesIn = async (...words: string[]) => {
      const { stdout } = await signllm(...words, '--help')
      return [...stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}([a-z0-9-]+)/gm)].map(([, name]) => name!)
    }
    const top = (await namesIn()).filter((name) => !['help', ...groups].includes(name))
    const below = await Promise.all(groups.map(async (name) => (await namesIn(name)).map((sub) => `${name} ${sub}`)))
    const all = [...top, ...below.flat().filter((name) => !name.endsWith(' help'))]
    expect(all.length).toBeGreaterThan(15)
    expect(all.filter((name) => !used.has(name))).toEqual([])
  })

  it('of the README need nothing from outside the repository', () => {
    expect(commandsOf(textOf('README.md')).filter((words) => words.some((word) => word.startsWith('..')))).toEqual([])
  })
})

describe('run files of the pages', () => {
  const parsers = [
    { task: 'text-to-gloss', parse: parseGlossConfig },
    { task: 'pose-to-text', parse: parsePoseToTextConfig },
    { task: 'pseudo-gloss', parse: parsePseudoGlossConfig },
    { task: 'language-model', parse: parseLanguageConfig },
    { task: 'sign-to-text', parse: parseSignToTextConfig },
    { task: 'sign-text-matching', parse: parseSignTextMatchingConfig },
    { task: 'sign-translation', parse: parseSignTranslationConfig },
    { task: 'vq-sign', parse: parseVqSignConfig },
  ]
  const files = pages.flatMap(({ path, text }) => blocksOf(text, 'yaml').map((yaml) => ({ path, yaml })))
  it.each(files.filter(({ yaml }) => /^name:/m.test(yaml)))('$path: are valid', ({ path, yaml }) => {
    const task = /^task: (.*)$/m.exec(yaml)?.[1]
    const parse = parsers.find((one) => one.task === task)?.parse ?? parseRunConfig
    const notes: string[] = []
    expect(parse(yaml, path, (note) => notes.push(note)).data.length).toBeGreaterThan(0)
    expect(notes).toEqual([])
  })

  it('are documented with every key there is, a row a key', () => {
    const data = 'data: [{ language: ASL, train: a }]'
    const synthetic = 'data: [{ synthetic: {} }]'
    const complete = [
      parseRunConfig(`name: x\n${data}\nbase: { model: x }`, 'x'),
      parseRunConfig(`name: x\n${synthetic}\nschedule: { kind: warmup-cosine }`, 'x'),
      parseRunConfig(`name: x\n${data}\nmodel: { preset: signdw, scores: seen }\nloss: { visibility: 1 }`, 'x'),
      parseGlossConfig(`task: text-to-gloss\nname: x\n${data}`, 'x'),
      parseLanguageConfig(`task: language-model\nname: x\n${data}\nmodel: { layers: 2 }`, 'x'),
      parseSignToTextConfig(`task: sign-to-text\nname: x\n${data}\nlanguage_model: { file: x, stored: f16, dropout: 0 }\ncodes: {}`, 'x'),
      parseSignTranslationConfig(`task: sign-translation\nname: x\n${data}\nmodel: { features: 4, places: 64, tied: true }`, 'x'),
      parseSignTextMatchingConfig(
        `task: sign-text-matching\nname: x\n${data}\nmodel: { sentences: { encoderLayers: 1, heads: 4, hidden: 8, activation: relu } }`,
        'x',
      ),
      parseVqSignConfig(`task: vq-sign\nname: x\n${data}`, 'x'),
      parsePoseToTextConfig(
        'task: pose-to-text\nname: x\ndata: [{ language: ASL, train: a, numbers: 151 }]\nsignCl: { maxDistance: 3 }',
        'x',
      ),
      parsePseudoGlossConfig(
        `task: pseudo-gloss\nname: x\n${data}\nmodel: { stages: [1], attention: local, window: 3, downSample: true, positions: true, dropPath: 0, layerScale: 1 }`,
        'x',
      ),
    ]
    const page = textOf('src/tasks/README.md')
    const missing = [...new Set(complete.flatMap((config) => keysIn(config)))].filter((key) => !page.includes(`\n| \`${key}\` |`))
    expect(missing).toEqual([])
  })
})

/** All keys as the page writes them, such as `optimiser.rate` and `data[].language`. */
function keysIn(value: unknown, path = ''): string[] {
  if (Array.isArray(value) && typeof value[0] === 'object') return value.flatMap((inner) => keysIn(inner, `${path.slice(0, -1)}[].`))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path.slice(0, -1)]
  return Object.entries(value).flatMap(([key, inner]) => keysIn(inner, key === 'synthetic' ? 'synthetic.' : `${path}${key}.`))
}

describe('pages', () => {
  it.each(pages)('$path: links lead somewhere', ({ path, text }) => {
    expect(linksOf(text).filter((target) => !existsSync(resolve(dirname(path), target.replace(/#.*/, ''))))).toEqual([])
  })

  it('name every folder of the sources', () => {
    const folders = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory())
    const page = textOf('src/README.md')
    expect(folders.map(({ name }) => name).filter((name) => !page.includes(`| \`${name}/`))).toEqual([])
  })
})

describe('library examples', () => {
  const entries: Record<string, string> = { signllm: 'src/index.ts', 'signllm/web': 'src/web.ts' }
  const examples = blocksOf(textOf('README.md'), 'ts').map((code) => ({ entry: /from '(signllm[^']*)'/.exec(code)![1]!, code }))

  it('are of entries that are known', () => {
    expect(examples.map(({ entry }) => entry)).toEqual(['signllm', 'signllm/web'])
  })

  for (const { entry, code } of examples)
    it(`of ${entry} compiles strictly`, async () => {
      const file = join(folder, `${entry.replace('/', '_')}.mts`)
      await writeFile(file, code)
      const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile)
      const { options } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd())
      const paths = Object.fromEntries(Object.entries(entries).map(([name, source]) => [name, [resolve(source)]]))
      const typeRoots = [resolve('node_modules/@types')]
      const types = ['node', resolve('node_modules/@webgpu/types')]
      const program = ts.createProgram([file], { ...options, noEmit: true, incremental: false, composite: false, paths, typeRoots, types })
      const found = ts.getPreEmitDiagnostics(program, program.getSourceFile(file))
      expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])
    })

  it('of signllm runs, writes what it says and exits', async () => {
    const run = join(folder, 'tiny.yaml')
    const out = join(folder, 'tiny')
    const sizes = 'model: { width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, maxFrames: 40, maxTokens: 8 }'
    await writeFile(
      run,
      `name: tiny\nout: ${out}\ndata: [{ synthetic: { clipsPerLanguage: 12, words: 6 } }]\n${sizes}\nstop: { steps: 2 }\n`,
    )
    const trained = await signllm('train', run)
    expect(trained, trained.stderr).toMatchObject({ status: 0 })
    const exported = await signllm('export', out, '--out', join(folder, 'demo.signllm'))
    expect(exported, exported.stderr).toMatchObject({ status: 0 })
    const gif = join(folder, 'rain.gif')
    const code = examples[0]!.code
      .replace("'signllm'", `'${pathToFileURL(resolve('src/index.ts'))}'`)
      .replace('demo.signllm', join(folder, 'demo.signllm'))
      .replace("'rain.gif'", `'${gif}'`)
    const file = join(folder, 'example_run.mts')
    await writeFile(file, code)
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file])
    expect((await stat(gif)).size).toBeGreaterThan(1000)
    expect(stdout).toMatch(/^\d+ -?\d/)
  })
})
