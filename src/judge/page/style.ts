// The report page's looks.

import { pageStyle } from '../../outputs/viewer/style.js'

export const reportStyle = `${pageStyle}main { display: grid; gap: 1rem; padding: 0 1.2rem 1.2rem; }
section { min-width: 0; padding: 0.9rem 1.1rem 1.1rem; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
h2 { margin: 0 0 0.3rem; font-size: 1rem; font-weight: 650; }
p { margin: 0.2rem 0 0.6rem; overflow-wrap: anywhere; }
.soft { color: var(--soft); font-size: 0.88rem; }
.warnings { border-left: 5px solid #e8a92c; }
.warnings ul { margin: 0; padding-left: 1.1rem; }
.warnings li { padding: 0.2rem 0; overflow-wrap: anywhere; }
.tag { display: inline-block; padding: 0 0.45rem; border-radius: 5px; background: var(--line); font-size: 0.78rem; font-weight: 650; }
.meter { display: grid; grid-template-columns: 13rem 1fr 8.5rem; align-items: center; gap: 0.7rem; padding: 0.15rem 0; font-variant-numeric: tabular-nums; }
.meter .track { position: relative; height: 1.1rem; border-radius: 4px; background: var(--ground); }
.meter .fill { position: absolute; left: 0; top: 0; bottom: 0; border-radius: 4px; background: var(--accent); }
.meter .other { background: var(--soft); }
.meter .mark { position: absolute; top: -3px; bottom: -3px; width: 2px; background: var(--ink); }
.meter .low { border-left: 2px dashed var(--ink); background: none; }
.meter b { text-align: right; font-weight: 600; }
table { border-collapse: collapse; font-size: 0.86rem; font-variant-numeric: tabular-nums; }
th { color: var(--soft); font-weight: 600; text-align: right; white-space: nowrap; }
td { text-align: right; white-space: nowrap; }
th, td { padding: 0.3rem 0 0.3rem 1rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th:first-child, td:first-child { padding-left: 0; }
th:first-child, td:first-child, .text { text-align: left; }
td.words { min-width: 16rem; white-space: normal; overflow-wrap: anywhere; }
td.name { min-width: 8rem; max-width: 16rem; white-space: normal; overflow-wrap: anywhere; }
tr.worst td { font-weight: 650; }
svg.alignment { display: block; width: 100%; min-width: 40rem; height: auto; margin: 0.2rem 0 0.9rem; font-size: 11px; }
svg.alignment text { fill: var(--ink); }
svg.alignment .axis { fill: var(--soft); }
svg.alignment rect { fill: color-mix(in srgb, var(--accent) 24%, var(--card)); stroke: var(--accent); }
svg.alignment .truth { fill: var(--ground); stroke: var(--soft); }
iframe { display: block; width: 100%; height: min(56rem, 92vh); border: 1px solid var(--line); border-radius: 8px; background: var(--ground); }
.signatures { margin: 0; padding-left: 1.1rem; }
.signatures li { overflow-wrap: anywhere; }
code { font-size: 0.86rem; overflow-wrap: anywhere; }
@media (max-width: 760px) {
  main { padding: 0 0.6rem 0.6rem; }
  .meter { grid-template-columns: 1fr auto; gap: 0.1rem 0.7rem; }
  .meter .track { grid-column: 1 / -1; grid-row: 2; }
}
`
