// A folder for tests of `data convert`: two clips of detections, and what was said in them.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { silent, writeDetections } from './clips.testing.js'
import { type DataConvertOptions, dataConvert } from './data_convert.js'

/** Makes the folder before the tests of a file and removes it after them: clip `a` of six frames, `b` of four, the words of both, b first. */
export function convertFolder() {
  let folder: string
  const at = (name: string): string => join(folder, name)
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'convert-'))
    await writeDetections(at('json'), { a: 6, b: 4 })
    await writeFile(at('all.files'), 'b\na\n')
    await writeFile(at('all.text'), 'bread\napple\n')
  })
  afterAll(() => rm(folder, { recursive: true }))
  return {
    at,
    /** Where the detections are. */
    json: () => at('json'),
    words: () => ({ names: at('all.files'), text: at('all.text') }),
    convert: (from: string, to: string, options: Partial<DataConvertOptions> = {}) =>
      dataConvert({ in: from, out: at(to), iterations: 10, stream: silent, ...options }),
  }
}
