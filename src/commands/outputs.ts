// The files that one motion is written to.

import { resolve } from 'node:path'
import { SignError } from '../base/errors.js'
import { writerFor } from '../outputs/save.js'

/** A writer for each path. Throws ERR_USAGE for an ending no writer knows, and for a file named twice. */
export function writersFor(paths: readonly string[]): { readonly path: string; readonly write: ReturnType<typeof writerFor> }[] {
  const files = paths.map((path) => resolve(path))
  const twice = paths.find((_, i) => files.indexOf(files[i]!) < i)
  if (twice !== undefined) throw new SignError('ERR_USAGE', twice, 'wanted files that differ, got this one twice', 'Name it once')
  return paths.map((path) => ({ path, write: writerFor(path) }))
}
