// What every page of ours looks like: colours by day and by night, the type, and controls for mouse, keyboard and fingers.

/** The start of a style sheet. Variables: ground, card, line, ink, soft, accent, on-accent. */
export const pageBase = `:root {
  --ground: #f1f2f4; --card: #fcfcfa; --line: #d9dce0; --ink: #1d2229; --soft: #59626f; --accent: #1a66b0; --on-accent: #fff;
  font: 16px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root { --ground: #0d0f12; --card: #15181d; --line: #343a44; --ink: #e8ebef; --soft: #aab3c0; --accent: #6bb0f5; --on-accent: #0d0f12; }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
button, select { font: inherit; color: inherit; border: 1px solid var(--line); border-radius: 7px; background: var(--card); padding: 0.25rem 0.7rem; cursor: pointer; }
button:hover, select:hover { border-color: var(--soft); }
:disabled { opacity: 0.5; cursor: default; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.scroll { overflow-x: auto; }
@media (pointer: coarse), (max-width: 760px) {
  button, select { min-width: 44px; min-height: 44px; }
}
`
