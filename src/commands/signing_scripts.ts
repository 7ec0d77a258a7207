// The scripts of the page that signs: those of the package, or in a clone made of their sources.

import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { optionalPackage } from '../base/optional.js'

/** Where `npm run build` puts them. */
const built = new URL('../signing_page/', import.meta.url)

/** Scripts by their names. Throws ERR_CONFIG in a clone without its development dependencies. */
export async function signingScripts(): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  if (existsSync(built)) {
    const names = (await readdir(built)).filter((name) => name.endsWith('.js'))
    return new Map(await Promise.all(names.map(async (name) => [name, new Uint8Array(await readFile(new URL(name, built)))] as const)))
  }
  // Named in a way that the compiler does not follow: it is no part of the package.
  const bundler = new URL('../../generate/signing_page.js', import.meta.url).href
  const { signingPageScripts } = await optionalPackage('esbuild', 'page', () => import(bundler))
  return signingPageScripts()
}
