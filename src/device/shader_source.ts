// Where shaders' texts are read.

import { SignError } from '../base/errors.js'

/** Gives the text of `shaders/NAME.wgsl`, from wherever shaders live: a folder in Node, a URL in a browser. Parts are called `parts/NAME`. */
export type ShaderSource = (name: string) => Promise<string>

/** Reads the package's own `shaders/` folder. */
export async function shaderFromPackage(name: string): Promise<string> {
  const { readFile } = await import('node:fs/promises')
  const url = new URL(`../../shaders/${name}.wgsl`, import.meta.url)
  try {
    return await readFile(url, 'utf8')
  } catch (cause) {
    throw new SignError('ERR_SHADER', name, `wanted shaders/${name}.wgsl, got ${(cause as Error).message}`, 'Reinstall the package', {
      cause,
    })
  }
}
