// The package's shaders as a module, which needs neither files nor a server: in a browser, and in whatever a bundler makes of the package.

import { inflateSync, strFromU8 } from 'fflate'
import { SignError } from '../../base/errors.js'

let unpacked: Readonly<Record<string, string>> | undefined

/** The text of a shader of the package. Throws ERR_SHADER for a name it does not have. */
export async function bundledShader(name: string): Promise<string> {
  const { packedShaders } = await import('../../generated/shaders.js').catch((cause: Error) => {
    const problem = `wanted the package's shaders, got ${cause.message}`
    throw new SignError('ERR_SHADER', name, problem, 'Reinstall the package; in a checkout, run npm run generate', { cause })
  })
  unpacked ??= unpack(packedShaders)
  const source = Object.hasOwn(unpacked, name) ? unpacked[name] : undefined
  if (source !== undefined) return source
  throw new SignError('ERR_SHADER', name, `wanted shaders/${name}.wgsl, got no such shader in the package`, 'Reinstall the package')
}

function unpack(packed: string): Record<string, string> {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0))
  return JSON.parse(strFromU8(inflateSync(bytes))) as Record<string, string>
}
