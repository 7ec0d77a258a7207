// Signals that ask for an end: Ctrl-C, what Slurm, Kubernetes and systemd send, and a terminal that is closed.

import { constants as openedFor, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { basename } from 'node:path'

/** What a command that was asked to end throws. */
export class Interrupted extends Error {
  readonly exitStatus: number

  constructor(signal: NodeJS.Signals) {
    super(`ended by ${signal}`)
    this.exitStatus = 128 + constants.signals[signal]
  }
}

// Some send a signal to a process and to its group at once (`timeout` does): one wish, not two.
const ONE_WISH_MS = 500

const asking: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']
let interrupted: Interrupted | undefined

/** For commands that have nothing to keep: milliseconds they get for a clean end. */
export const NOTHING_TO_KEEP = 3000

/**
 * Aborts at the first signal, which asks for a clean end; the next one ends the process at once.
 *
 * @param within milliseconds after which the first signal ends the process too, as where it waits for a disk that does not answer. Default: none
 */
export function interruption(within?: number): AbortSignal {
  const controller = new AbortController()
  const heard = asking.filter((name) => name !== 'SIGHUP' || !startedWithoutHangups())
  const hear = (name: NodeJS.Signals): void => {
    if (interrupted) return
    interrupted = new Interrupted(name)
    controller.abort(interrupted)
    const hearNoMore = (): void => {
      for (const one of heard) process.off(one, hear)
    }
    setTimeout(hearNoMore, ONE_WISH_MS).unref()
    if (within === undefined) return
    // Not process.exit, which waits for reads under way.
    const end = (): void => {
      hearNoMore()
      process.kill(process.pid, name)
    }
    setTimeout(end, within).unref()
  }
  for (const name of heard) process.on(name, hear)
  return controller.signal
}

/** The exit status of a command that ended cleanly since it was asked to: 128 and the signal's number. */
export const interruptedStatus = (): number => (interrupted ?? new Interrupted('SIGINT')).exitStatus

/** Keeps a hangup from ending the process where whoever started it had hangups ignored. */
export function keepHangupsIgnored(): void {
  if (startedWithoutHangups()) process.on('SIGHUP', () => {})
}

const ACCESS = openedFor.O_RDONLY | openedFor.O_WRONLY | openedFor.O_RDWR

/** Whether hangups were ignored when the process began, as under nohup. Node undoes that before any of our code runs: only traces are left. */
function startedWithoutHangups(): boolean {
  // Shells note here which command they were told to run.
  if (basename(process.env._ ?? '') === 'nohup') return true
  try {
    // nohup puts a file that cannot be read where standard input was a terminal.
    const flags = Number.parseInt(/flags:\s*(\d+)/.exec(readFileSync('/proc/self/fdinfo/0', 'utf8'))![1]!, 8)
    if ((flags & ACCESS) === openedFor.O_WRONLY) return true
    // What a parent ignores its children begin with.
    const ignored = BigInt(`0x${/SigIgn:\s*([0-9a-f]+)/.exec(readFileSync(`/proc/${process.ppid}/status`, 'utf8'))![1]!}`)
    return ((ignored >> BigInt(constants.signals.SIGHUP - 1)) & 1n) === 1n
  } catch {
    return false
  }
}
