// The quality report of a corpus of detections, a line a clip while it is made, one JSON file when it is whole.

import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { writeWhole } from '../base/files.js'
import type { KeypointQuality } from '../data/keypoint_quality.js'
import { AppendFile } from '../train/append.js'
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
  readonly #lines: AppendFile

  private constructor(path: string, clips: KeypointQuality[], lines: AppendFile) {
    this.#path = path
    this.#clips = clips
    this.#lines = lines
  }

  /** @param known whose lines of an earlier run are taken over: the clips that run finished */
  static async open(path: string, known: (name: string) => boolean): Promise<QualityLog> {
    const clips = (await earlier(path)).filter(({ name }) => known(name))
    await writeWhole(partial(path), clips.map((clip) => `${JSON.stringify(clip)}\n`).join(''))
    return new QualityLog(path, clips, new AppendFile(partial(path)))
  }

  /** Before the clip itself is stored: a line too many is forgotten by the next run, one too few would be missed. */
  add(clip: KeypointQuality): void {
    this.#lines.append(`${JSON.stringify(clip)}\n`)
    this.#clips.push(clip)
  }

  /** Writes the report, and only that stays. */
  async close(broken: readonly BrokenClip[]): Promise<void> {
    this.#lines.close()
    const report: QualityReport = { format: 'signllm-quality', version: 1, clips: this.#clips, broken }
    await writeWhole(this.#path, `${JSON.stringify(report)}\n`)
    await rm(partial(this.#path))
  }

  /** Leaves the lines for a later run, or nothing where there are none. */
  async keep(): Promise<void> {
    this.#lines.close()
    if (this.#clips.length === 0) await rm(partial(this.#path))
  }
}

const partial = (path: string): string => `${path}l.partial`

/** What a run that was cut off, or one that was not, wrote. A last line that was torn is none. */
async function earlier(path: string): Promise<KeypointQuality[]> {
  if (existsSync(partial(path))) {
    const lines = (await readFile(partial(path), 'utf8')).split('\n').slice(0, -1)
    return lines.map((line) => JSON.parse(line) as KeypointQuality)
  }
  return existsSync(path) ? [...(JSON.parse(await readFile(path, 'utf8')) as QualityReport).clips] : []
}
