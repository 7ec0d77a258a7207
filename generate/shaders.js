// The shaders as a module, so that a bundle or a browser has them: written by `npm run generate`, and into the package when it is built.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Writes `shaders.js` into a folder.
 *
 * @param {string} folder from the package's root
 */
export function writeShaders(folder) {
  const files = readdirSync(join(root, 'shaders'), { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.wgsl'))
    .sort()
  const lines = files.map((file) => {
    const text = readFileSync(join(root, 'shaders', file), 'utf8')
    return `  ${JSON.stringify(file.slice(0, -'.wgsl'.length))}: ${JSON.stringify(text)},\n`
  })
  mkdirSync(join(root, folder), { recursive: true })
  writeFileSync(join(root, folder, 'shaders.js'), `// Written by npm run generate.\nexport const shaders = {\n${lines.join('')}}\n`)
}
