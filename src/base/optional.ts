// Packages a user may leave out: imported when they are first needed, and named with the way to get them where they are not there.

import { SignError } from './errors.js'

/**
 * What `load` imports. Throws ERR_CONFIG naming `who` (what needed it) and how to install the package, where it is not installed.
 *
 * @example
 * const { Document } = await optionalPackage('@gltf-transform/core', 'a.glb', () => import('@gltf-transform/core'))
 */
export async function optionalPackage<T>(name: string, who: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw new SignError('ERR_CONFIG', who, `wanted the optional package ${name}, got none`, `Install it: npm install ${name}`, { cause })
  }
}
