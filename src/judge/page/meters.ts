// Bars of the systems between floor and ceiling.

import { escapeMarkup } from '../../outputs/markup.js'
import { textMeasures } from '../measures.js'
import type { EvalReport } from '../report.js'
import { CEILING, FLOOR } from '../systems.js'
import { named, number, withSpread } from '../table.js'

/** A bar a system in the primary measure, with a solid mark at the ceiling and a dashed one at the floor. */
export function meters({ systems, primary }: EvalReport): string {
  const { label, lowIsGood } = textMeasures[primary]
  const scoreOf = (name: string) => systems.find((system) => system.name === name)?.text[primary]?.mean
  const [ceiling, floor] = [scoreOf(CEILING), scoreOf(FLOOR)]
  const largest = Math.max(1e-9, ...systems.map(({ text }) => text[primary]?.mean ?? 0))
  const at = (score: number) => `${((100 * Math.max(0, score)) / largest).toFixed(2)}%`
  const mark = (score: number | undefined, kind: string) =>
    score === undefined ? '' : `<i class="mark ${kind}" style="left: ${at(score)}"></i>`
  const rows = systems.map((system) => {
    const score = system.text[primary]
    const normalised = system.normalised[primary]
    const numbers = `${withSpread(score)}${normalised === undefined ? '' : ` · ${number(normalised, 2)}`}`
    const kind = system.name === 'generated' ? 'fill' : 'fill other'
    const track = `<span class="track"><i class="${kind}" style="width: ${at(score?.mean ?? 0)}"></i>${mark(ceiling, 'high')}${mark(floor, 'low')}</span>`
    return `<div class="meter"><span>${escapeMarkup(named(system))}</span>${track}<b>${escapeMarkup(numbers)}</b></div>`
  })
  const better = lowIsGood ? 'Less is better.' : 'More is better.'
  const note = `${label}, with the spread over judges, and after the dot the normalised score: 0 at the floor (dashed line), 1 at the ceiling (solid line). ${better}`
  return `<p class="soft">${note}</p>\n${rows.join('\n')}`
}
