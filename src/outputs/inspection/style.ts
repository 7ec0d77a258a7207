// The inspection page's looks.

import { pageStyle } from '../viewer/style.js'

export const inspectionStyle = `${pageStyle}main { display: grid; gap: 1rem; padding: 0 1.2rem 1.2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); align-items: start; }
section { min-width: 0; padding: 0.9rem 1.1rem 1.1rem; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
section.wide { grid-column: 1 / -1; }
h2 { margin: 0 0 0.2rem; font-size: 1rem; font-weight: 650; }
p.note { margin: 0 0 0.7rem; color: var(--soft); font-size: 0.88rem; }
dl { display: flex; flex-wrap: wrap; gap: 0.7rem 2rem; margin: 0; }
dt { color: var(--soft); font-size: 0.82rem; }
dd { margin: 0; font-size: 1.15rem; font-weight: 600; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
ul.findings { margin: 0; padding: 0; list-style: none; font-size: 0.9rem; }
ul.findings li { padding: 0.3rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.tag { display: inline-block; padding: 0 0.45rem; border-radius: 5px; background: var(--line); font-size: 0.78rem; font-weight: 650; }
.tag.error { background: #c62f3f; color: #fff; }
.tag.warning { background: #e8a92c; color: #1d2229; }
.where { font-weight: 600; }
.thumbs { display: grid; gap: 0.9rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); }
figure { margin: 0; min-width: 0; }
figure > svg { display: block; width: 100%; height: auto; border: 1px solid var(--line); border-radius: 7px; overflow: hidden; }
figcaption { margin-top: 0.3rem; font-size: 0.85rem; overflow-wrap: anywhere; }
figcaption .words { color: var(--soft); }
/* Pictures are drawn for paper: turned over by night, hues kept. */
@media (prefers-color-scheme: dark) { figure > svg { filter: invert(0.92) hue-rotate(180deg); } }
svg.chart { display: block; width: 100%; height: auto; font-size: 11px; }
svg.chart text { fill: var(--soft); }
svg.chart .grid { stroke: var(--line); }
svg.chart .mark { fill: var(--accent); }
svg.chart .ground { fill: var(--ground); }
.bars { display: grid; gap: 0 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); font-size: 0.82rem; font-variant-numeric: tabular-nums; }
.bars h3 { margin: 0.3rem 0; font-size: 0.82rem; font-weight: 600; color: var(--soft); }
.bar { display: grid; grid-template-columns: 7.2rem 1fr 3.4rem; align-items: center; gap: 0.5rem; }
.bar i { display: block; height: 0.6rem; min-width: 1px; border-radius: 2px; background: var(--accent); }
.bar b { text-align: right; font-weight: 500; }
@media (max-width: 760px) { .scroll > svg.chart { min-width: 32rem; } }
table { width: 100%; border-collapse: collapse; font-size: 0.86rem; font-variant-numeric: tabular-nums; }
th { text-align: left; color: var(--soft); font-weight: 600; white-space: nowrap; }
th, td { padding: 0.3rem 0.7rem 0.3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; white-space: nowrap; }
td.name { overflow-wrap: anywhere; min-width: 8rem; }
`
