// The quality report of a corpus of detections, a line a clip while it is made, one JSON file when it is whole.

import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { AppendFile } from '../base/append.js'
import { SignError } from '../base/errors.js'
import { output, writeWhole } from '../base/files.js'
import { input } from '../base/system_errors.js'
import type { KeypointQuality } from '../data/keypoints/quality.js'
import { parseJson } from '../formats/json/text.js'
import type { BrokenClip } from './clip_work.js'

export interface QualityReport {
  readonly format: 'signllm-quality'
  readonly version: 1
  readonly clips: readonly KeypointQuality[]
  /** Clips that were left out. */
  readonly broken: readonly BrokenClip[]
}

export class QualityLog {
  readonly #path: string
  readonly #clips: KeypointQuality[]
  #lines: AppendFile | undefined

  private constructor(path: string, clips: KeypointQuality[]) {
    this.#path = path
    this.#clips = clips
  }

  /** @param known whose lines of an earlier run are taken over: the clips that run finished */
  static async open(path: string, known: (name: string) => boolean): Promise<QualityLog> {
    const clips = (await earlier(path)).filter(({ name }) => known(name))
    // In one piece with what was there: where it cannot be written, that stays.
    if (clips.length > 0) await writeWhole(partial(path), clips.map((clip) => `${JSON.stringify(clip)}\n`).join(''))
    else await removePartial(path)
    return new QualityLog(path, clips)
  }

  /** Before the clip itself is stored: a line too many is forgotten by the next run, one too few would be missed. */
  add(clip: KeypointQuality): void {
    this.#lines ??= new AppendFile(partial(this.#path))
    this.#lines.append(`${JSON.stringify(clip)}\n`)
    this.#clips.push(clip)
  }

  /** Writes the report, and only that stays. */
  async close(broken: readonly BrokenClip[]): Promise<void> {
    const report: QualityReport = { format: 'signllm-quality', version: 1, clips: this.#clips, broken }
    await writeWhole(this.#path, `${JSON.stringify(report)}\n`)
    this.keep()
    await removePartial(this.#path)
  }

  /** Leaves the lines for a later run. */
  keep(): void {
    this.#lines?.close()
  }
}

/** A report that was written; undefined where there is none. Throws ERR_DATA naming the file for one that is not ours. */
export async function readQuality(path: string): Promise<QualityReport | undefined> {
  if (!existsSync(path)) return undefined
  const report = parseJson(await input(path, 'read this report', () => readFile(path)), path) as Partial<QualityReport> | null
  if (report?.format === 'signllm-quality' && Array.isArray(report.clips)) return report as QualityReport
  throw new SignError('ERR_DATA', path, 'wanted a quality report of ours, got something else', 'Remove it, or convert the clips again')
}

const partial = (path: string): string => `${path}l.partial`
const removePartial = (path: string): Promise<void> =>
  output(partial(path), 'remove what an earlier run noted', () => rm(partial(path), { force: true }))

/** What a run that was cut off, or one that was not, wrote. A last line that was torn is none. */
async function earlier(path: string): Promise<KeypointQuality[]> {
  if (existsSync(partial(path))) {
    const text = await input(partial(path), 'read what an earlier run noted', () => readFile(partial(path), 'utf8'))
    const lines = text.split('\n').slice(0, -1)
    return lines.map((line, i) => parseJson(Buffer.from(line), `${partial(path)}:${i + 1}`) as KeypointQuality)
  }
  return [...((await readQuality(path))?.clips ?? [])]
}
