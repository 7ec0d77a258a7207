// The report's looks. Hues go by the part of the model, in the order of `hueNames`.

import { pageBase } from '../../outputs/page_base.js'

/** CSS variables of the hues. */
export const hueNames = ['--hue-a', '--hue-b', '--hue-c', '--hue-d', '--hue-e', '--hue-f'] as const

export const pageStyle = `${pageBase}
:root { --hue-a: #1767b3; --hue-b: #d9283c; --hue-c: #3d9a2b; --hue-d: #9a3fc7; --hue-e: #e08a00; --hue-f: #59626f; --bad: #b3261e; --good: #2c7a22; }
@media (prefers-color-scheme: dark) {
  :root { --hue-a: #55b4ff; --hue-b: #ff6473; --hue-c: #74d15f; --hue-d: #cf86f2; --hue-e: #ffb838; --hue-f: #9aa5b4; --bad: #ff8a80; --good: #83d774; }
}
body { margin: 0; background: var(--ground); color: var(--ink); }
header, main { max-width: 1180px; margin: 0 auto; padding: 0 1.2rem; }
header { padding-top: 1.2rem; }
h1 { margin: 0; font-size: 1.3rem; font-weight: 650; overflow-wrap: anywhere; }
h2 { margin: 0 0 0.6rem; font-size: 1.02rem; font-weight: 650; }
p { margin: 0.25rem 0; }
.soft { color: var(--soft); font-size: 0.9rem; }
section { margin: 1rem 0; padding: 1rem; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 0.8rem; margin: 1rem 0; }
.tile { padding: 0.7rem 0.9rem; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
.tile b { display: block; font-size: 1.25rem; font-weight: 650; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; font-size: 0.88rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.22rem 0.5rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; }
th:first-child, td:first-child, td.text, th.text { text-align: left; }
td.bar { min-width: 9rem; }
td.bar i { display: block; height: 0.7rem; border-radius: 2px; background: var(--accent); }
.slower { color: var(--bad); font-weight: 650; }
.faster { color: var(--good); font-weight: 650; }
.legend { display: flex; flex-wrap: wrap; gap: 0.1rem 1rem; margin: 0 0 0.5rem; padding: 0; list-style: none; color: var(--soft); font-size: 0.85rem; }
.legend i { display: inline-block; width: 0.8em; height: 0.8em; margin-right: 0.35em; border-radius: 2px; vertical-align: -0.05em; }
svg { display: block; width: 100%; height: auto; font-size: 12px; }
svg text { fill: var(--soft); }
svg .strong { fill: var(--ink); }
svg .grid { stroke: var(--line); }
svg .roof { stroke: var(--ink); stroke-width: 1.6; fill: none; }
#timeline { display: block; width: 100%; height: 190px; cursor: grab; touch-action: pan-y; }
summary { padding: 0.6rem 0; cursor: pointer; }
#under { min-height: 1.4em; }
.row { display: flex; gap: 0.5rem; margin-top: 0.5rem; }
@media (max-width: 760px) { .scroll > svg { min-width: 52rem; } }
`
