// The releases of Node that the package is for, as far as they can be had: the one that runs this, and the others from the npm registry.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const MAJORS = [20, 22, 24]

/** @type {(folder: string) => { readonly version: string, readonly path?: string }[]} without a path where the registry has it not; installs into `folder` */
export function nodes(folder) {
  const own = Number(process.versions.node.split('.')[0])
  return [
    { version: process.version, path: process.execPath },
    ...MAJORS.filter((major) => major !== own).map((major) => installed(major, join(folder, `node-${major}`))),
  ]
}

/** @param {number} major @param {string} folder */
function installed(major, folder) {
  spawnSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--silent', `node@${major}`], { timeout: 180_000 })
  const path = join(folder, 'node_modules/node/bin/node')
  if (!existsSync(path)) return { version: `v${major}` }
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' })
  return status === 0 ? { version: stdout.trim(), path } : { version: `v${major}` }
}
