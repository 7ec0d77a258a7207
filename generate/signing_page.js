// The scripts of the page that signs, bundled from src/pages/signing: the page's own, its worker's, and parts that are fetched when they are needed. They hold
// packages of others, so they are not committed: `npm run build` puts them into the package, and a clone makes them when it wants them.

import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Node's modules, of which nothing may be left: what a page uses of a module that can write files too is not what writes them. */
const withoutNode = {
  name: 'without-node',
  /** @param {import('esbuild').PluginBuild} bundler */
  setup(bundler) {
    bundler.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, external: true, sideEffects: false }))
  },
}

/**
 * The scripts by their names: page.js, worker.js, and parts. Throws where a part of them needs Node.
 *
 * @returns {Promise<Map<string, Uint8Array>>}
 */
export async function signingPageScripts() {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: { page: 'src/pages/signing/main.dom.ts', worker: 'src/pages/signing/worker.dom.ts' },
    outdir: 'out',
    bundle: true,
    splitting: true,
    mainFields: ['module', 'main'], // gifenc's script for browsers is CommonJS in an ES module's name.
    write: false,
    metafile: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    chunkNames: 'part-[hash]',
    logLevel: 'silent', // A failure throws with all that is wrong.
    tsconfigRaw: {}, // The bundle depends on nothing but its sources.
    plugins: [withoutNode],
  })
  const ofNode = Object.entries(metafile.outputs).flatMap(([file, { imports }]) =>
    // A package's own way of reading files, which nobody calls, may ask for them when it is called.
    imports.filter(({ path, kind }) => path.startsWith('node:') && kind !== 'dynamic-import').map(({ path }) => `${file}: ${path}`),
  )
  if (ofNode.length > 0) throw new Error(`wanted scripts without Node's modules, got ${ofNode.join(', ')}`)
  return new Map(outputFiles.map(({ path, contents }) => [path.split(/[\\/]/).at(-1) ?? '', contents]))
}
