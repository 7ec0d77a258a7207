// The shaders as a module, so that a browser, or a bundle for Node, has them. It is not committed, for it would show each change of a shader twice:
// a clone reads the files themselves, and whoever builds or bundles writes it first. src/generated/shaders.d.ts stands for it meanwhile.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { deflateRawSync } from 'node:zlib'

const shaders = new URL('../shaders/', import.meta.url)

/** Writes src/generated/shaders.js. */
export function writeShaders() {
  writeFileSync(new URL('../src/generated/shaders.js', import.meta.url), shadersModule())
}

/**
 * The text of the module: JSON of each shader by its path, with slashes on every system, deflated and in base64. A sixth of what the texts would be in a bundle.
 */
export function shadersModule() {
  const files = readdirSync(shaders, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.wgsl'))
    .sort()
  const texts = Object.fromEntries(
    files.map((file) => [file.slice(0, -'.wgsl'.length), withoutComments(readFileSync(new URL(file, shaders), 'utf8'))]),
  )
  const packed = deflateRawSync(JSON.stringify(texts), { level: 9 }).toString('base64')
  return `// Written by \`npm run generate\`. Change shaders instead.\n\nexport const packedShaders =\n  '${packed}'\n`
}

/**
 * A shader's text without what only readers need, a third of it. Lines keep their numbers, and comments that are read here stay: `// use:` and `// tune:`.
 *
 * @param {string} text
 */
function withoutComments(text) {
  return text
    .split('\n')
    .map((line) => (/^\/\/ use: /.test(line) ? line : line.replace(/(\s*\/\/ tune:[^,]*).*|\s*\/\/.*/, '$1').trimEnd()))
    .join('\n')
}
