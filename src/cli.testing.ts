// The command line as a process of its own, for tests.

import { spawn } from 'node:child_process'

export interface Outcome {
  readonly status: number | null
  /** What ended it, where it did not end itself. */
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface SignalSent {
  readonly signal: NodeJS.Signals
  /** A pattern in what it says on standard error. */
  readonly when: RegExp
  /** Milliseconds from there. Default 0. */
  readonly delay?: number
}

/**
 * Runs a command line.
 *
 * @param sent a signal that the process sends to itself: from outside, a busy machine may let the work end first
 */
export function signllmSent(sent: SignalSent | undefined, ...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const preload = sent ? ['--import', sender(sent)] : []
    const child = spawn(process.execPath, [...preload, '--import', 'tsx', 'src/cli.ts', ...args])
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (text) => (stdout += text))
    child.stderr.on('data', (text) => (stderr += text))
    child.on('error', reject)
    child.on('close', (status, signal) => resolve({ status, signal, stdout, stderr }))
  })
}

export const signllm = (...args: readonly string[]): Promise<Outcome> => signllmSent(undefined, ...args)

/** Loaded before the command. */
function sender({ signal, when, delay = 0 }: SignalSent): string {
  return `data:text/javascript,${encodeURIComponent(`
  const write = process.stderr.write.bind(process.stderr)
  let said = ''
  process.stderr.write = (text, ...rest) => {
    const before = ${when}.test(said)
    said += text
    const send = () => process.kill(process.pid, '${signal}')
    if (!before && ${when}.test(said)) ${delay} > 0 ? setTimeout(send, ${delay}) : send()
    return write(text, ...rest)
  }`)}`
}
