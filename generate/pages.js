// The scripts of our pages as a module of strings, each bundled from its own modules under src/pages. The module is committed: a clone runs without
// this step, whether or not npm may run scripts, and the package without esbuild. kernels-test/generated_pages.test.ts fails where it is out of date.

import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What each constant of the module is bundled from. */
const entries = {
  viewerScript: 'src/pages/viewer/main.dom.ts',
  timelineScript: 'src/pages/timeline/main.dom.ts',
}

/** Writes src/generated/pages.ts. */
export async function writePages() {
  await writeFile(fileURLToPath(new URL('../src/generated/pages.ts', import.meta.url)), await pagesModule())
}

/** The text of the module: a line of it for each line of a script, so that differences can be read. */
export async function pagesModule() {
  const constants = []
  for (const [name, entry] of Object.entries(entries)) {
    const lines = (await bundle(entry)).trimEnd().split('\n')
    constants.push(`export const ${name} = [\n${lines.map((line) => `  ${JSON.stringify(line)},\n`).join('')}].join('\\n')\n`)
  }
  return `// Written by \`npm run generate\`. Change src/pages instead.\n\n${constants.join('\n')}`
}

/**
 * One script without imports, in ASCII and without `</script`, so that it can stand in a page as it is. Its browsers are those that know the
 * pages' style sheets.
 *
 * @param {string} entry from the package's root
 */
async function bundle(entry) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    charset: 'ascii',
    legalComments: 'none',
    logLevel: 'silent', // A failure throws with all that is wrong.
    tsconfigRaw: {}, // The bundle depends on nothing but its sources.
  })
  return outputFiles[0]?.text ?? ''
}
