// The recipes for users of the package, followed as they are written, in an empty folder with the package in it.

import { execFileSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signllm } from '../src/cli.testing.js'
import { launchBrowser, noBrowser } from './browser.js'
import { blocksIn, installIn, Recipe } from './recipe_runner.js'

const folder = await mkdtemp(join(tmpdir(), 'signllm-recipes-'))
const model = join(folder, 'demo.signllm')
afterAll(() => rm(folder, { recursive: true, force: true }))

/** In place of the demo's: small, and trained for seconds. */
beforeAll(async () => {
  const [run, out] = [join(folder, 'tiny.yaml'), join(folder, 'tiny')]
  const data = 'data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 24, words: 6 } }]'
  const sizes = 'model: { width: 32, heads: 2, hidden: 64, encoderLayers: 1, decoderLayers: 1, maxFrames: 40, maxTokens: 8 }'
  await writeFile(run, `name: tiny\nout: ${out}\n${data}\n${sizes}\noptimiser: { rate: 3.0e-3 }\nstop: { steps: 30 }\n`)
  for (const words of [
    ['train', run],
    ['export', out, '--out', model],
  ]) {
    const ended = await signllm(...words)
    expect(ended, ended.stderr).toMatchObject({ status: 0 })
  }
})

const pageOf = (name: string) => readFile(`src/guides/${name}.md`, 'utf8')

const has = (program: string): boolean => {
  try {
    return execFileSync(program, ['--version'], { stdio: 'ignore' }) !== undefined
  } catch {
    return false
  }
}
const lacking = ['curl', 'python3'].filter((program) => !has(program))

/** Follows a recipe in a folder of its own; `then` looks at what came of it while its background commands still run. */
async function followed(name: string, then?: (place: string, recipe: Recipe) => Promise<void>): Promise<void> {
  const place = join(folder, name)
  await mkdir(place)
  await installIn(place)
  await copyFile(model, join(place, 'demo.signllm'))
  const recipe = await Recipe.of(await pageOf(name), place)
  try {
    await recipe.follow(lacking)
    await then?.(place, recipe)
  } finally {
    await recipe.end()
  }
}

const written = async (place: string, ...files: string[]) => {
  for (const file of files) expect((await stat(join(place, file))).size, file).toBeGreaterThan(500)
}

describe('recipes', () => {
  it('embed', () => followed('embed', (place) => written(place, 'rain.gif')))
  it('train your own corpus', () => followed('train_your_corpus', (place) => written(place, 'mine.gif', 'mine.html')))
  it('score another system', () => followed('score_another_system'))
  it(`use behind HTTP${lacking.map((program) => `, without ${program}, which is not installed`)}`, () =>
    followed('over_http', async (place) => {
      if (!lacking.includes('curl')) await written(place, 'rain.gif')
    }))
  it.skipIf(noBrowser)(`use in a page ${noBrowser}`, () =>
    followed('in_a_page', async (_, recipe) => {
      await using browser = await launchBrowser({ webGpu: true })
      const page = await browser.newPage()
      await page.goto(recipe.address('http://127.0.0.1:8000/'))
      await page.getByRole('button', { name: 'Sign' }).click()
      const status = page.getByRole('status')
      await expect.poll(() => status.textContent(), { timeout: 60_000 }).toMatch(/^\d+ frames$/)
      // Something was drawn.
      const inked = await page.evaluate(
        `document.querySelector('canvas').getContext('2d').getImageData(0, 0, 400, 400).data.some((v) => v > 0)`,
      )
      expect(inked).toBe(true)
    }),
  )

  it('have TypeScript that compiles strictly', async () => {
    const names = ['embed', 'train_your_corpus', 'score_another_system', 'in_a_page']
    const files: string[] = []
    for (const name of names)
      for (const { language, file, content } of blocksIn(await pageOf(name)))
        if (language === 'ts' && file) {
          files.push(join(folder, `${name}_${file.replace('.ts', '.mts')}`))
          await writeFile(files.at(-1)!, content)
        }
    expect(files).toHaveLength(names.length)
    const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile)
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd())
    const entries = { signllm: 'index', 'signllm/web': 'web', 'signllm/data': 'data', 'signllm/formats': 'formats' }
    const program = ts.createProgram(files, {
      ...options,
      noEmit: true,
      incremental: false,
      lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
      paths: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, [resolve(`src/${file}.ts`)]])),
      typeRoots: [resolve('node_modules/@types')],
      types: ['node', resolve('node_modules/@webgpu/types')],
    })
    const found = files.flatMap((file) => ts.getPreEmitDiagnostics(program, program.getSourceFile(file)))
    expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])
  })
})
