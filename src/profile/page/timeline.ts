// The report's timeline, painted in the browser by src/pages/timeline: a run has thousands of dispatches, and one wants to look closer.

import type { Profile } from '../profile.js'
import { type Hues, partOf } from './hues.js'
import type { TimelineData } from './timeline_data.js'

/** What the script is given. */
export function timelineData({ rows, timeline }: Profile, hues: Hues): TimelineData {
  const round = (ms: number) => Number(ms.toFixed(4))
  return {
    rows: rows.map(({ path, kernel, variant }) => ({ path, kernel, variant, hue: hues.of(partOf(path || kernel)) })),
    host: timeline.host.map(({ name, begin, end }) => [round(begin), round(end), name] as const),
    gpu: timeline.gpu.map(({ row, begin, end }) => [round(begin), round(end), row] as const),
  }
}

export const timelineSection = `<section><h2>Timeline of one step</h2>
<p class="soft">Above: host. Below: GPU, modules and kernels. Wheel or <kbd>+</kbd> <kbd>−</kbd> to zoom, drag or <kbd>←</kbd> <kbd>→</kbd> to move, double click or <kbd>0</kbd> to see it all.</p>
<canvas id="timeline" tabindex="0" role="img" aria-label="What the host and the GPU did when"></canvas>
<div class="row" role="group" aria-label="Timeline"><button id="closer" type="button" aria-label="Closer">+</button><button id="wider" type="button" aria-label="Wider">−</button><button id="whole" type="button">All</button></div>
<p class="soft" id="under"></p></section>`
