// Which process this is, told so that another one can find out later whether it still runs: numbers of processes are given again.

import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

export interface ProcessId {
  readonly pid: number
  readonly host: string
  /** When the process began, in whatever form the system tells; with it a pid that was given again is known. Null where it tells nothing. */
  readonly started: string | null
  /** Of the machine's running time; null where there is no such thing. */
  readonly boot: string | null
  /** What numbers processes: a container has numbers of its own. */
  readonly namespace: string | null
}

/** This process. */
export function thisProcess(): ProcessId {
  return {
    pid: process.pid,
    host: hostname(),
    started: startOf(process.pid),
    boot: orNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: orNull(() => readlinkSync('/proc/self/ns/pid')),
  }
}

/** Whether a process runs; 'unknown' for one of another machine or container, which cannot be seen from here. */
export function fateOf(other: ProcessId): 'runs' | 'ended' | 'unknown' {
  const here = thisProcess()
  if (other.host !== here.host) return 'unknown'
  if (other.boot !== here.boot) return 'ended'
  if (other.namespace !== here.namespace) return 'unknown'
  if (!isThere(other.pid)) return 'ended'
  const started = startOf(other.pid)
  return other.started !== null && started !== null && other.started !== started ? 'ended' : 'runs'
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it is there, and another user's.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

function startOf(pid: number): string | null {
  // The 22nd field, counted after the name, which may hold blanks and brackets itself. A zombie has ended, though it has a number.
  const fields = orNull(() =>
    readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' '),
  )
  if (fields) return fields[0] === 'Z' ? 'ended' : fields[19]!
  if (process.platform !== 'darwin') return null
  return orNull(() => execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()) || null
}

function orNull<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}
