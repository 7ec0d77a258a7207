// The last step of `npm run build`: what `dist` has that the compiler does not write.

import { chmodSync, cpSync, readFileSync, writeFileSync } from 'node:fs'

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
