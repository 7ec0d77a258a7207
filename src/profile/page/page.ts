// The report page: one HTML file that fetches nothing, with the timeline, the roofline, the memory plan, the tables and a comparison.

import { timelineScript } from '../../generated/pages.js'
import { htmlPage, scrolling, withScript } from '../../outputs/html_page.js'
import { escapeMarkup } from '../../outputs/markup.js'
import { type Comparison, diffProfiles } from '../diff.js'
import { byKernel, byPath, type Group, together } from '../groups.js'
import { mebibytes, total } from '../memory_plan.js'
import type { Profile } from '../profile.js'
import { percent, summaryLines } from '../table.js'
import { Hues } from './hues.js'
import { memorySection } from './memory.js'
import { rooflineSvg } from './roofline.js'
import { pageStyle } from './style.js'
import { timelineData, timelineSection } from './timeline.js'

/** The page as a string, compared with another profile of the same work where one is given. Throws what `diffProfiles` throws. */
export function reportPage(profile: Profile, against?: Profile): string {
  const { subject, rows, ceilings, memory, timeline } = profile
  const hues = new Hues(rows)
  const alone = profile.command === 'kernel'
  const [heading, ...facts] = summaryLines(profile).map(escapeMarkup)
  const body = [
    tiles(profile),
    ...(against ? [comparisonSection(against, profile)] : []),
    ...(timeline.gpu.length > 0 ? [timelineSection.replace('<canvas', `${hues.legend()}<canvas`)] : []),
    `<section><h2>Roofline</h2><p class="soft">Each circle is a kernel; its area is the kernel's share of the time. The lines are this adapter's measured peaks, one for each memory access pattern.</p>${scrolling('Roofline', rooflineSvg(byKernel(rows, ceilings), ceilings))}</section>`,
    groupTable(alone ? 'Shapes' : 'By module', byPath(rows, ceilings, alone ? 1 : 2), alone),
    ...(alone ? [] : [groupTable('By kernel', byKernel(rows, ceilings), true)]),
    memorySection(memory, hues),
  ]
  const header = `<h1>${heading}</h1>\n${facts.map((line) => `<p class="soft">${line}</p>`).join('\n')}`
  const scripts = timeline.gpu.length > 0 ? withScript(timelineData(profile, hues), timelineScript) : ''
  return htmlPage(`Profile: ${subject}`, pageStyle, `<main>\n${body.join('\n')}\n</main>\n${scripts}`, { header })
}

function tiles({ step, rows, ceilings, memory }: Profile): string {
  const all = together(rows, ceilings)
  const bytes = total([...memory.arenas.map((arena) => arena.bytes), ...memory.programs.flatMap(({ slots }) => slots)])
  const facts = [
    ...(step
      ? [
          [`${step.plain.median.toFixed(2)} ms`, 'a step, unprofiled'],
          [percent(step.floorShare), 'of it at the measured peaks'],
        ]
      : []),
    [String(all.calls), step ? 'dispatches a step' : 'shapes'],
    [`${ceilings.gigabytes.copy.toFixed(1)} GB/s`, 'peak copy'],
    [`${ceilings.gigabytes.updates.toFixed(1)} GB/s`, 'peak update in place'],
    [`${ceilings.gigaflops.toFixed(1)} GFLOP/s`, 'peak multiply-add'],
    ...(bytes > 0 ? [[mebibytes(bytes), 'of planned memory']] : []),
  ]
  const cells = facts.map(
    ([fact, what]) => `<div class="tile"><b>${escapeMarkup(fact!)}</b><span class="soft">${escapeMarkup(what!)}</span></div>`,
  )
  return `<div class="tiles">${cells.join('')}</div>`
}

function groupTable(heading: string, groups: readonly Group[], shaders: boolean): string {
  const largest = Math.max(...groups.map(({ share }) => share))
  const named = (names: readonly string[]) => (shaders ? `<td class="text">${escapeMarkup(names.join(', '))}</td>` : '')
  const rows = groups.map(
    ({ name, calls, ms, share, gigabytes, gigaflops, roof, ceilings, variants }) =>
      `<tr><td>${escapeMarkup(name)}</td><td>${calls}</td><td>${ms.median.toFixed(3)}</td><td>${ms.low.toFixed(2)}–${ms.high.toFixed(2)}</td>` +
      `<td class="bar"><i style="width: ${((100 * share) / largest).toFixed(1)}%"></i></td><td>${percent(share)}</td><td>${gigabytes.toFixed(2)}</td><td>${gigaflops.toFixed(2)}</td>` +
      `<td>${percent(roof)}</td>${named(ceilings)}${named(variants)}</tr>`,
  )
  const table = `<table>
<tr><th></th><th>calls</th><th>ms</th><th>spread</th><th></th><th>share</th><th>GB/s</th><th>GFLOP/s</th><th>of peak</th>${shaders ? '<th class="text">limited by</th><th class="text">shader</th>' : ''}</tr>
${rows.join('\n')}
</table>`
  return `<section><h2>${heading}</h2>${scrolling(heading, table)}</section>`
}

function comparisonSection(before: Profile, after: Profile): string {
  const { comparisons, drift, threshold, regressions } = diffProfiles(before, after)
  const same = comparisons.filter(({ kind, verdict }) => verdict === 'same' && kind !== 'step')
  const told = comparisons.filter((one) => !same.includes(one))
  const table = (label: string, list: readonly Comparison[]) =>
    scrolling(
      label,
      `<table>\n<tr><th></th><th>before ms</th><th>after ms</th><th>ratio</th><th>verdict</th></tr>\n${list.map(comparisonRow).join('\n')}\n</table>`,
    )
  const forgiven = drift > 1 ? ` The machine itself was ${percent(drift - 1)} slower (by its measured peaks); this is corrected for.` : ''
  const verdict = regressions === 0 ? 'Nothing is slower' : `${regressions} slower`
  return `<section><h2>Compared with the earlier profile</h2><p class="soft">${verdict} by more than ${percent(threshold)}.${forgiven}</p>
${table('Changed', told)}
<details><summary class="soft">${same.length} unchanged</summary>${table('Unchanged', same)}</details></section>`
}

function comparisonRow({ kind, name, before, after, ratio, verdict }: Comparison): string {
  const cell = (timed: Comparison['before']) => `<td>${timed ? timed.median.toFixed(3) : '–'}</td>`
  const named = kind === 'step' ? name : `${kind} ${name}`
  return `<tr class="${verdict}"><td>${escapeMarkup(named)}</td>${cell(before)}${cell(after)}<td>${before && after ? ratio.toFixed(2) : '–'}</td><td>${verdict}</td></tr>`
}
