// A file that says which process works on something. It is taken over from a process that has ended, however that ended.

import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { SignError } from './errors.js'
import { outputError } from './files.js'
import { fateOf, type ProcessId, thisProcess } from './process_id.js'

interface Holder extends ProcessId {
  /** For people. */
  readonly since: string
  /** Tells holders within one process from each other. */
  readonly token: string
}

export interface Lock {
  /** Removes the file. A second time does nothing. */
  release(): void
}

// Far longer than a process takes over the few calls between making such a file and filling or removing it.
const PATIENCE_MS = 1000

const held = new Map<string, Holder>()
let taken = 0

/**
 * Takes the lock at `path`, whose folder is there. `who` is what it stands for: a run's folder, a file that grows.
 * Throws ERR_USAGE naming the process that has it, ERR_OUTPUT where the file cannot be written.
 */
export function takeLock(path: string, who: string): Lock {
  const mine: Holder = { ...thisProcess(), since: new Date().toISOString(), token: `${process.pid}-${Date.now()}-${++taken}` }
  attempt(who, () => {
    while (!created(path, mine)) removeEnded(path, who, mine)
  })
  if (held.size === 0) process.on('exit', releaseAll)
  held.set(path, mine)
  return { release: () => release(path, who, mine) }
}

function release(path: string, who: string, mine: Holder): void {
  if (held.get(path) !== mine) return
  held.delete(path)
  if (held.size === 0) process.off('exit', releaseAll)
  // The folder may have been removed since, or the file by hand.
  if (holderOf(path)?.token === mine.token) attempt(who, () => rmSync(path, { force: true }))
}

/** At `process.exit` in the midst of work. */
function releaseAll(): void {
  for (const [path, mine] of held) {
    try {
      release(path, path, mine)
    } catch {
      // Whoever comes next sees that the process has ended.
    }
  }
}

/** Makes the file unless there is one. */
function created(path: string, mine: Holder): boolean {
  let file: number
  try {
    file = openSync(path, 'wx')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
  try {
    writeFileSync(file, `${JSON.stringify(mine)}\n`)
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
  return true
}

/**
 * Removes the file of a process that has ended; throws where it has not. One process does so at a time: of two that found the same file,
 * the second would otherwise remove what the first has made anew.
 */
function removeEnded(path: string, who: string, mine: Holder): void {
  const found = holderOf(path)
  if (found) refuseUnlessEnded(path, who, found)
  const guard = `${path}.taken-over`
  const until = performance.now() + PATIENCE_MS
  while (!created(guard, mine)) {
    if (performance.now() > until) rmSync(guard, { force: true })
    pause()
  }
  try {
    const still = holderOf(path)
    if (still) refuseUnlessEnded(path, who, still)
    rmSync(path, { force: true })
  } finally {
    rmSync(guard, { force: true })
  }
}

/** Who holds the lock. Nobody holds a file that is no more, or whose making was cut off; one that is just being made is waited for. */
function holderOf(path: string): Holder | undefined {
  const until = performance.now() + PATIENCE_MS
  do {
    let text: string
    try {
      text = readFileSync(path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
    const holder = parseHolder(text)
    if (holder) return holder
    pause()
  } while (performance.now() < until)
  return undefined
}

function refuseUnlessEnded(path: string, who: string, other: Holder): void {
  const fate = fateOf(other)
  if (fate === 'ended') return
  const holder = `process ${other.pid} on ${other.host}, which started at ${other.since}`
  const wanted = 'wanted to be the only process that writes here'
  if (fate === 'runs') {
    const self = other.pid === process.pid ? ' (this one)' : ''
    throw new SignError('ERR_USAGE', who, `${wanted}, got ${holder}${self}`, 'Wait until it ends, stop it, or choose another output')
  }
  const problem = `${wanted}, got ${holder}; it is on another machine or container, so whether it still runs cannot be checked`
  throw new SignError('ERR_USAGE', who, problem, `Check there, and delete ${path} if it has ended`)
}

function parseHolder(text: string): Holder | undefined {
  if (!text.endsWith('\n')) return undefined
  try {
    const { pid, host, started, boot, namespace, since, token } = JSON.parse(text) as Partial<Holder>
    if (!(Number.isInteger(pid) && pid! > 0) || typeof host !== 'string' || typeof token !== 'string') return undefined
    return { pid: pid!, host, started: started ?? null, boot: boot ?? null, namespace: namespace ?? null, since: String(since), token }
  } catch {
    return undefined
  }
}

/** A few milliseconds, without letting anything else of this process run. */
const pause = (): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)

function attempt<T>(who: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw outputError(who, 'lock it for this process', cause)
  }
}
