// The package's shaders in Node. Whoever works on them in a checkout edits files and runs TypeScript; they are read where they lie, so that what
// runs is what was saved. Everywhere else, in the built package or a bundle, nobody knows where files are, and they come out of the module.

import { readFile } from 'node:fs/promises'
import { SignError } from '../../base/errors.js'
import { bundledShader } from '../../device/shader/bundled.js'
import type { ShaderSource } from '../../device/shader/source.js'

/** The text of `shaders/NAME.wgsl` of this package. Throws ERR_SHADER. */
export const shaderFromPackage: ShaderSource = (name) => (inCheckout(import.meta.url) ? fromFile(name) : bundledShader(name))

/** Whether a module's address is that of its source. Bundles in CommonJS have no address. */
const inCheckout = (address: string | undefined): boolean => /\/platform\/node\/shader_files\.ts(\?|$)/.test(address ?? '')

async function fromFile(name: string): Promise<string> {
  try {
    return await readFile(new URL(`../../../shaders/${name}.wgsl`, import.meta.url), 'utf8')
  } catch (cause) {
    const problem = `wanted shaders/${name}.wgsl, got ${(cause as Error).message}`
    throw new SignError('ERR_SHADER', name, problem, 'Check its name, or restore the file', { cause })
  }
}
