// The looks of our pages: what those about motions share, and the viewer's.

import { pageBase } from '../page_base.js'

/** Colours, type and the frame of such a page. */
export const pageStyle = `${pageBase}body { margin: 0; background: var(--ground); color: var(--ink); }
header { padding: 0.7rem 1.2rem; }
h1 { margin: 0; font-size: 1.15rem; font-weight: 650; overflow-wrap: anywhere; }
`

export const viewerStyle = `${pageStyle}body { display: flex; flex-direction: column; min-height: 100vh; }
.layout { flex: 1; display: flex; gap: 1rem; padding: 0 1.2rem 1.2rem; align-items: flex-start; }
nav { flex: 0 0 17rem; max-height: calc(100vh - 5rem); overflow-y: auto; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
nav ol { list-style: none; margin: 0; padding: 0; }
nav button { display: block; width: 100%; padding: 0.6rem 0.8rem; border: 0; border-bottom: 1px solid var(--line); border-radius: 0;
  border-left: 3px solid transparent; background: none; text-align: left; }
nav button[aria-current] { border-left-color: var(--accent); background: color-mix(in srgb, var(--accent) 12%, transparent); }
nav .name { font-weight: 600; overflow-wrap: anywhere; }
nav .words { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; color: var(--soft); font-size: 0.88rem; }
nav .numbers { color: var(--soft); font-size: 0.8rem; font-variant-numeric: tabular-nums; }
main { flex: 1; min-width: 0; border: 1px solid var(--line); border-radius: 10px; background: var(--card); overflow: clip; }
figure { margin: 0; }
.stage { height: clamp(16rem, calc(100vh - 19rem), 60rem); border-bottom: 1px solid var(--line); }
canvas { display: block; width: 100%; height: 100%; cursor: grab; touch-action: pan-y; }
canvas:active { cursor: grabbing; }
figcaption { padding: 0.7rem 1rem 0; }
.sentence { margin: 0; font-size: 1.1rem; overflow-wrap: anywhere; }
.tag { display: inline-block; padding: 0 0.45rem; border-radius: 5px; background: var(--line); font-size: 0.78rem; font-weight: 650; vertical-align: 0.1em; }
dl { display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; margin: 0.3rem 0 0; font-size: 0.9rem; }
dl div { display: flex; gap: 0.4rem; }
dt { color: var(--soft); }
dd { margin: 0; font-variant-numeric: tabular-nums; font-weight: 600; }
.controls { padding: 0 1rem 0.7rem; }
/* Always in sight: the picture may be taller than the window, and the controls are below it. */
.transport { position: sticky; bottom: 0; z-index: 1; padding: 0.6rem 1rem; background: var(--card); }
.row { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem; }
.options { gap: 0.5rem 1.2rem; font-size: 0.92rem; }
#time { flex: 1 1 10rem; min-width: 6rem; accent-color: var(--accent); }
#counter { min-width: 11ch; text-align: right; font-variant-numeric: tabular-nums; color: var(--soft); font-size: 0.92rem; }
button.primary { min-width: 5.2rem; border-color: var(--accent); background: var(--accent); color: var(--on-accent); font-weight: 600; }
nav button:focus-visible, canvas:focus-visible { outline-offset: -3px; }
input[type=checkbox] { accent-color: var(--accent); }
label { display: inline-flex; align-items: center; gap: 0.4rem; min-height: 1.75rem; white-space: nowrap; }
.legend { display: flex; flex-wrap: wrap; gap: 0.15rem 1rem; margin: 0.7rem 0 0; padding: 0; list-style: none; color: var(--soft); font-size: 0.85rem; }
.legend i { display: inline-block; width: 0.9em; height: 0.9em; margin-right: 0.35em; border-radius: 50%; vertical-align: -0.1em; }
.hint { margin: 0.5rem 0 0; color: var(--soft); font-size: 0.85rem; }
kbd { padding: 0 0.3em; border: 1px solid var(--line); border-radius: 4px; font: inherit; font-size: 0.92em; }
@media (max-width: 760px) {
  h1 { font-size: 1rem; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
  .layout { flex-direction: column; padding: 0 0.6rem 0.6rem; align-items: stretch; }
  nav { flex: none; max-height: 8rem; }
  main { flex: none; width: 100%; }
  .stage { height: clamp(13rem, calc(100vh - 19rem), 34rem); height: clamp(13rem, calc(100svh - 19rem), 34rem); }
  .transport { padding: 0.3rem 0.6rem; border-top: 1px solid var(--line); }
}
@media (max-width: 480px) {
  #time { order: 1; flex-basis: 100%; }
  #counter { flex: 1; }
}
@media (pointer: coarse), (max-width: 760px) {
  label, #time { min-height: 44px; }
  input[type=checkbox] { width: 24px; height: 24px; margin: 0; }
}
`
