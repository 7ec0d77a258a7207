// `signllm data check`: all that is wrong with a corpus, and where.

import { existsSync } from 'node:fs'
import { counted } from '../base/counted.js'
import { type CorpusReport, checkCorpus } from '../data/corpus/check.js'
import { checkShards } from '../data/shards/check.js'
import { manifestPath } from '../data/shards/manifest.js'
import { prefixOf } from './motion_source.js'

export interface DataCheckSummary extends CorpusReport {
  readonly errors: number
  readonly warnings: number
}

/** Checks a corpus by its prefix, or a packed one by its folder. Throws ERR_DATA only where there is no `.skels` file to read, or nothing is packed to its end. */
export async function dataCheck(path: string): Promise<DataCheckSummary> {
  const report = await (existsSync(manifestPath(path)) ? checkShards(path) : checkCorpus(prefixOf(path)))
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
