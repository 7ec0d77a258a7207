// The looks of the page that signs: those of the viewer, and a form above.

import { viewerStyle } from '../viewer/style.js'

export const signingStyle = `${viewerStyle}
body > form, body > section { margin: 0 1.2rem 1rem; }
.ask { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.6rem; padding: 0.9rem 1rem; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
.grow { flex: 1 1 14rem; flex-direction: column; align-items: stretch; gap: 0.25rem; white-space: normal; }
textarea, #token { width: 100%; padding: 0.5rem 0.7rem; border: 1px solid var(--line); border-radius: 7px; background: var(--ground); color: inherit; font: inherit;
  font-size: 1.1rem; resize: vertical; field-sizing: content; }
.ask .row { gap: 0.5rem 1.2rem; }
.ask label, .files label { min-width: 0; max-width: 100%; }
.ask select, .files select { min-width: 0; max-width: 100%; flex: 0 1 auto; }
.status { margin: 0; min-height: 1.45em; color: var(--soft); font-size: 0.92rem; overflow-wrap: anywhere; }
.status.wrong { color: var(--wrong); font-weight: 600; }
progress { width: 100%; accent-color: var(--accent); }
.reading { display: flex; flex-wrap: wrap; gap: 0.3rem; margin: 0; }
.reading span { padding: 0.05rem 0.5rem; border: 1px solid var(--line); border-radius: 5px; font-size: 0.88rem; overflow-wrap: anywhere; }
.reading .unknown { border-style: dashed; color: var(--soft); text-decoration: line-through; }
#player { display: flex; flex-direction: column; }
.files { margin: 0 1.2rem 1rem; padding: 0.7rem 1rem; border: 1px solid var(--line); border-radius: 10px; background: var(--card); display: grid; gap: 0.5rem;
  font-size: 0.92rem; }
#translation { font-size: 1.05rem; font-weight: 600; overflow-wrap: anywhere; }
.open { padding: 0.7rem 1rem; border: 1px dashed var(--line); border-radius: 10px; }
.file { flex-wrap: wrap; white-space: normal; }
::file-selector-button { min-height: 2.2rem; margin-right: 0.7rem; padding: 0.25rem 0.7rem; border: 1px solid var(--line); border-radius: 7px; background: var(--card);
  color: inherit; font: inherit; cursor: pointer; }
#open { max-width: 100%; }
body.dragged .open { border-color: var(--accent); background: color-mix(in srgb, var(--accent) 10%, transparent); }
:root { --wrong: #a8201a; }
@media (prefers-color-scheme: dark) { :root { --wrong: #ff9a90; } }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
@media (max-width: 760px) {
  body > form, body > section, .files { margin-inline: 0.6rem; }
  .stage { height: clamp(13rem, 52vh, 30rem); height: clamp(13rem, 52svh, 30rem); }
  .ask .primary, #stop { flex: 1; }
}
`
