// `signllm data check`: all that is wrong with a corpus, and where.

import { counted } from '../base/counted.js'
import { type CorpusReport, checkCorpus } from '../data/corpus/check.js'
import { prefixOf } from './motion_source.js'

export interface DataCheckSummary extends CorpusReport {
  readonly errors: number
  readonly warnings: number
}

/** Checks a corpus by its prefix. Throws ERR_DATA only where there is no `.skels` file to read. */
export async function dataCheck(path: string): Promise<DataCheckSummary> {
  const report = await checkCorpus(prefixOf(path))
  const errors = report.findings.filter(({ severity }) => severity === 'error').length
  return { ...report, errors, warnings: report.findings.length - errors }
}

/** A line a finding, errors and warnings as they come, and how it stands in all. */
export function formatCheck({ findings, clips, frames, errors, warnings, prefix }: DataCheckSummary): string {
  const lines = findings.map(({ severity, where, problem }) => `${where}: ${severity}: ${problem}`)
  return [
    ...lines,
    `${prefix}: ${counted(clips, 'clip')}, ${counted(frames, 'frame')}, ${counted(errors, 'error')}, ${counted(warnings, 'warning')}`,
  ].join('\n')
}
