// The package's shaders as a module, which needs neither files nor a server: in a browser, and in whatever a bundler makes of the package.

import { SignError } from '../../base/errors.js'

/** The text of a shader of the package. Throws ERR_SHADER for a name it does not have. */
export async function bundledShader(name: string): Promise<string> {
  const { shaders } = await import('../../generated/shaders.js').catch((cause: Error) => {
    const problem = `wanted the package's shaders, got ${cause.message}`
    throw new SignError('ERR_SHADER', name, problem, 'Reinstall the package; in a checkout, run npm run generate', { cause })
  })
  const source = Object.hasOwn(shaders, name) ? shaders[name] : undefined
  if (source !== undefined) return source
  throw new SignError('ERR_SHADER', name, `wanted shaders/${name}.wgsl, got no such shader in the package`, 'Reinstall the package')
}
