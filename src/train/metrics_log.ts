// `metrics.jsonl`: one line of JSON a report, for every tool there is. A run that died may leave half a line and lines it will write again;
// resuming takes them away.

import { readFile } from 'node:fs/promises'
import { AppendFile } from '../base/append.js'
import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'

/** One report: the step it belongs to, and anything else that JSON holds. Numbers that are not finite are written as null. */
export interface MetricsRecord {
  readonly step: number
  readonly [name: string]: unknown
}

/** Appends reports to a file. Throws ERR_OUTPUT where it cannot. */
export class MetricsLog {
  readonly #file: AppendFile

  /** Adds to what the file holds: for a resumed run, call `truncateAfter` first. */
  constructor(path: string) {
    this.#file = new AppendFile(path)
  }

  append(report: MetricsRecord): void {
    this.#file.append(`${JSON.stringify(report)}\n`)
  }

  close(): void {
    this.#file.close()
  }
}

/**
 * The reports of a file, in its order; none where there is no file. A half-written last line is left out.
 *
 * @throws ERR_DATA with `path:line` for any other line that is not a report
 */
export async function readMetrics(path: string): Promise<MetricsRecord[]> {
  return (await readLines(path)).map(({ report }) => report)
}

/**
 * Drops every report after `step`, and a half-written last line, so that a run resumed at `step` leaves no report twice.
 * What stays keeps its bytes. Throws ERR_DATA as `readMetrics`, ERR_OUTPUT where the file cannot be written.
 */
export async function truncateAfter(path: string, step: number): Promise<void> {
  const lines = await readLines(path)
  const kept = lines.filter(({ report }) => report.step <= step).map(({ line }) => `${line}\n`)
  if ((await textOf(path)) !== kept.join('')) await writeWhole(path, kept.join(''))
}

async function readLines(path: string): Promise<{ line: string; report: MetricsRecord }[]> {
  const lines = (await textOf(path)).split('\n')
  const out: { line: string; report: MetricsRecord }[] = []
  for (const [i, line] of lines.entries()) {
    const report = parseReport(line)
    if (report) out.push({ line, report })
    else if (i < lines.length - 1)
      throw new SignError('ERR_DATA', `${path}:${i + 1}`, `wanted a report with a step, got "${line.slice(0, 60)}"`, 'Remove that line')
  }
  return out
}

/** An empty text where there is no file. */
async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw new SignError('ERR_DATA', path, `wanted to read reports, got ${(cause as Error).message}`, 'Check the path', { cause })
  }
}

function parseReport(line: string): MetricsRecord | null {
  try {
    const report: unknown = JSON.parse(line)
    const isReport = typeof report === 'object' && report !== null && 'step' in report && typeof report.step === 'number'
    return isReport ? (report as MetricsRecord) : null
  } catch {
    return null
  }
}
