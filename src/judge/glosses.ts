// Which glosses are read wrongly, most often first.

import { alignGlosses } from '../metrics/gloss_alignment.js'
import { glossCleanUps } from '../metrics/gloss_clean_up.js'
import type { GlossCleanUp } from '../metrics/text_metric_names.js'
import { tokensOf } from '../metrics/white_space.js'
import type { Translation } from './judge.js'
import type { GlossReport } from './report.js'
import type { SystemName } from './systems.js'

export interface GlossInput {
  readonly name: SystemName
  /** By judge, then by clip. */
  readonly translations: readonly (readonly Translation[])[]
}

/**
 * The share of each reference gloss that is read as another or as none, in percent over all clips and judges, for each system, by the alignment that the word error
 * rate of glosses is counted along. The worst of the first system come first, more frequent ones before. Empty where clips or judges have no glosses.
 */
export function glossReports(
  references: readonly (string | undefined)[],
  systems: readonly GlossInput[],
  cleanUp: GlossCleanUp,
): GlossReport[] {
  const glossesOf = (line: string) => tokensOf(glossCleanUps[cleanUp](line))
  const counts = new Map<string, { times: number; wrong: Map<SystemName, { of: number; errors: number }> }>()
  for (const { name, translations } of systems)
    for (const byClip of translations)
      byClip.forEach(({ glosses }, i) => {
        if (glosses === undefined || references[i] === undefined) return
        for (const { gloss, right } of readOf(glossesOf(references[i]), glossesOf(glosses))) {
          const count = counts.get(gloss) ?? { times: 0, wrong: new Map() }
          counts.set(gloss, count)
          const own = count.wrong.get(name) ?? { of: 0, errors: 0 }
          count.wrong.set(name, own)
          own.of++
          if (!right) own.errors++
        }
      })
  for (const reference of references)
    for (const gloss of glossesOf(reference ?? '')) {
      const count = counts.get(gloss)
      if (count) count.times++
    }
  const first = systems[0]?.name
  return [...counts]
    .map(
      ([gloss, { times, wrong }]): GlossReport => ({
        gloss,
        times,
        errorRates: Object.fromEntries([...wrong].map(([name, { of, errors }]) => [name, (100 * errors) / of])),
      }),
    )
    .sort((a, b) => (b.errorRates[first!] ?? 0) - (a.errorRates[first!] ?? 0) || b.times - a.times || (a.gloss < b.gloss ? -1 : 1))
}

/** The glosses of a reference in order, and whether each is read as itself. */
function readOf(wanted: readonly string[], said: readonly string[]): { gloss: string; right: boolean }[] {
  const ofReference = [...alignGlosses(wanted, said)].filter((step) => step !== 'I')
  return ofReference.map((step, i) => ({ gloss: wanted[i]!, right: step === 'C' }))
}
