// Training from shards as a user starts it, in a process of its own whose resident memory is looked at from outside. It is the built program: out of the sources, a compiler
// would be in that process, of some 90 MiB, which no user of the package has.

import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'

export interface Watched {
  /** Seconds since the start, and MiB. */
  readonly memory: readonly (readonly [seconds: number, mebibytes: number])[]
  readonly seconds: number
}

const EVERY_MS = 500

/** The command line of the package, as `npm run build` leaves it. */
export const PROGRAM = 'dist/cli.js'

/** Runs `signllm train`; Linux tells what a process holds in /proc. Throws where it fails. */
export async function watchedTraining(runFile: string): Promise<Watched> {
  const began = performance.now()
  const child = spawn(process.execPath, [PROGRAM, 'train', runFile, '--overwrite'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let told = ''
  child.stderr.on('data', (text) => (told = `${told}${text}`.slice(-2000)))
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  const memory: [number, number][] = []
  let status: number | null | undefined
  void ended.then((code) => (status = code))
  while (status === undefined) {
    const held = await residentMebibytes(child.pid!)
    if (held !== undefined) memory.push([(performance.now() - began) / 1000, held])
    await wait(EVERY_MS)
  }
  if (status !== 0) throw new Error(`training ended with status ${status}: ${told}`)
  return { memory, seconds: (performance.now() - began) / 1000 }
}

async function residentMebibytes(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(text)?.[1]
  return kibibytes === undefined ? undefined : Number(kibibytes) / 1024
}
