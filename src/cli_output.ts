// What a command says: results on standard output once it is done, everything else on standard error. Names out of files may hold
// what would steer a terminal, so this is where that is taken out.

import { fstatSync, writeSync } from 'node:fs'
import { counted } from './base/counted.js'
import { outputError } from './base/files.js'
import { jsonText, printable } from './base/printable.js'

const STDOUT = 1
/** As of a program that a closed pipe ends. */
export const PIPE_CLOSED = 141

const results: string[] = []

/** A result, as text for people. */
export function printText(text: string): void {
  results.push(`${printable(text)}\n`)
}

/** A result, for programs. */
export function printJson(value: unknown): void {
  results.push(`${jsonText(value)}\n`)
}

/** Standard error may vanish, as with the terminal that it was: no reason to lose a run. */
export function outliveStandardError(): void {
  process.stderr.on('error', () => {})
}

/**
 * Writes the results, all of them: process.exit waits for nothing. Returns whether somebody is there to read them; throws ERR_OUTPUT
 * where they cannot be written, as on a full disk.
 */
export async function writeResults(): Promise<boolean> {
  const text = results.splice(0).join('')
  if (text === '') return true
  try {
    await (isStream() ? writeToStream(text) : writeToFile(text))
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EPIPE') return false
    throw outputError('standard output', `write ${counted(Buffer.byteLength(text), 'byte')}`, cause)
  }
}

/** Waits until what was said has left. */
export function saidAll(): Promise<void> {
  return new Promise((resolve) => process.stderr.write('', () => resolve()))
}

function isStream(): boolean {
  const stats = fstatSync(STDOUT)
  return process.stdout.isTTY || stats.isFIFO() || stats.isSocket()
}

function writeToStream(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.on('error', reject)
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()))
  })
}

/** Node's own stream takes a file that was written in part, as on a disk that fills up, for one that was written. */
function writeToFile(text: string): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) at += writeSync(STDOUT, bytes, at)
}
