// Which glosses are read wrongly, most often first.

import { tokenise } from '../text/tokenise.js'
import type { Translation } from './judge.js'
import type { GlossReport } from './report.js'
import type { SystemName } from './systems.js'
import { alignTokens } from './token_alignment.js'

export interface GlossInput {
  readonly name: SystemName
  /** By judge, then by clip. */
  readonly translations: readonly (readonly Translation[])[]
}

/**
 * The share of each reference gloss that is read as another or as none, in percent over all clips and judges, for each system. The worst of the first system
 * come first, more frequent ones before. Empty where clips or judges have no glosses.
 */
export function glossReports(references: readonly (string | undefined)[], systems: readonly GlossInput[]): GlossReport[] {
  const counts = new Map<string, { times: number; wrong: Map<SystemName, { of: number; errors: number }> }>()
  for (const { name, translations } of systems)
    for (const byClip of translations)
      byClip.forEach(({ glosses }, i) => {
        if (glosses === undefined || references[i] === undefined) return
        for (const { wanted, said } of alignTokens(tokenise(references[i], 'whitespace'), tokenise(glosses, 'whitespace')).pairs) {
          if (wanted === undefined) continue
          const count = counts.get(wanted) ?? { times: 0, wrong: new Map() }
          counts.set(wanted, count)
          const own = count.wrong.get(name) ?? { of: 0, errors: 0 }
          count.wrong.set(name, own)
          own.of++
          if (said !== wanted) own.errors++
        }
      })
  for (const reference of references)
    for (const gloss of tokenise(reference ?? '', 'whitespace')) {
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
