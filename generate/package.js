// The last step of `npm run build`: what `dist` has that the compiler does not write.

import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { signingPageScripts } from './signing_page.js'

/** @param {string} path from the repository's root */
const at = (path) => new URL(`../${path}`, import.meta.url)

cpSync(at('src/generated/shaders.js'), at('dist/generated/shaders.js'))
chmodSync(at('dist/cli.js'), 0o755)

// The declarations name WebGPU's types, those name the DOM's, and owners the disposal symbols: with these lines a project that has set up none
// of them compiles ours all the same.
const references = ['lib="dom"', 'lib="esnext.disposable"', 'types="@webgpu/types"'].map((what) => `/// <reference ${what} />\n`).join('')

for (const entry of Object.values(JSON.parse(readFileSync(at('package.json'), 'utf8')).exports)) {
  if (entry.types) writeFileSync(at(entry.types), references + readFileSync(at(entry.types), 'utf8'))
}

mkdirSync(at('dist/signing_page/'), { recursive: true })
for (const [name, script] of await signingPageScripts()) writeFileSync(at(`dist/signing_page/${name}`), script)
