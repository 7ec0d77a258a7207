// The report's timeline, painted in the browser: a run has thousands of dispatches, and one wants to look closer.
// No backticks, backslashes or dollar-braces in the script: it is itself a template.

import { type Hues, partOf } from './page_hues.js'
import type { Profile } from './profile.js'

/** What the script is given: spans as [begin, end, ...] in milliseconds. */
export function timelineData({ rows, timeline }: Profile, hues: Hues) {
  const round = (ms: number) => Number(ms.toFixed(4))
  return {
    rows: rows.map(({ path, kernel, variant }) => ({ path, kernel, variant, hue: hues.of(partOf(path || kernel)) })),
    host: timeline.host.map(({ name, begin, end }) => [round(begin), round(end), name] as const),
    gpu: timeline.gpu.map(({ row, begin, end }) => [round(begin), round(end), row] as const),
  }
}

export const timelineSection = `<section><h2>Timeline of one step</h2>
<p class="soft">Above the host, below the GPU: places, then kernels. Wheel or <kbd>+</kbd> <kbd>−</kbd> to look closer, drag or <kbd>←</kbd> <kbd>→</kbd> to move, double click or <kbd>0</kbd> to see it all.</p>
<canvas id="timeline" tabindex="0" role="img" aria-label="What the host and the GPU did when"></canvas>
<div class="row" role="group" aria-label="Timeline"><button id="closer" type="button" aria-label="Closer">+</button><button id="wider" type="button" aria-label="Wider">−</button><button id="whole" type="button">All</button></div>
<p class="soft" id="under"></p></section>`

export const timelineScript = `'use strict'
const data = JSON.parse(document.getElementById('page-data').textContent)
const canvas = document.getElementById('timeline')
const under = document.getElementById('under')
const context = canvas.getContext('2d')
const places = []
for (const span of data.gpu) {
  const row = data.rows[span[2]]
  const place = row.path.split('/').slice(0, 2).join('/') || row.kernel
  const last = places[places.length - 1]
  if (last && last[2] === place) last[1] = span[1]
  else places.push([span[0], span[1], place, row.hue])
}
const lanes = [
  { top: 22, height: 34, spans: data.host, name: function (s) { return 'host: ' + s[2] }, label: function (s) { return s[2] },
    hue: function (s) { return s[2] === 'wait' ? '--line' : '--soft' } },
  { top: 66, height: 44, spans: places, name: function (s) { return s[2] }, label: function (s) { return s[2] }, hue: function (s) { return s[3] } },
  { top: 114, height: 54, spans: data.gpu, name: function (s) { const r = data.rows[s[2]]; return r.path + ' ' + r.kernel + ' (' + r.variant + ')' },
    label: function (s) { return data.rows[s[2]].kernel }, hue: function (s) { return data.rows[s[2]].hue } },
]
const all = lanes.reduce(function (list, lane) { return list.concat(lane.spans) }, [])
const first = all.reduce(function (least, s) { return Math.min(least, s[0]) }, 0)
const last = all.reduce(function (most, s) { return Math.max(most, s[1]) }, 0)
let from = first, to = last

function paint() {
  const ratio = window.devicePixelRatio || 1
  const width = canvas.clientWidth, height = canvas.clientHeight
  canvas.width = width * ratio
  canvas.height = height * ratio
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  const style = getComputedStyle(document.documentElement)
  const colour = function (name) { return style.getPropertyValue(name).trim() }
  const across = function (ms) { return ((ms - from) / (to - from)) * width }
  context.clearRect(0, 0, width, height)
  context.font = '12px system-ui, sans-serif'
  const step = Math.pow(10, Math.floor(Math.log10((to - from) / 4)))
  const tick = [1, 2, 5, 10].map(function (n) { return n * step }).find(function (n) { return (to - from) / n <= 8 })
  context.textAlign = 'left'
  for (let ms = Math.ceil(from / tick) * tick; ms <= to; ms += tick) {
    context.fillStyle = colour('--line')
    context.fillRect(across(ms), 16, 1, height - 16)
    context.fillStyle = colour('--soft')
    context.fillText(Number(ms.toPrecision(6)) + ' ms', across(ms) + 3, 12)
  }
  for (const lane of lanes) {
    // Spans thinner than a pixel are painted one a pixel: a million of them look like this too.
    let painted = -1
    for (const span of lane.spans) {
      const left = across(span[0]), right = across(span[1])
      if (right < 0 || left > width || (right - left < 1 && Math.floor(left) === painted)) continue
      painted = Math.floor(left)
      context.fillStyle = colour(lane.hue(span))
      context.fillRect(left, lane.top, Math.max(1, right - left - (right - left > 4 ? 1 : 0)), lane.height)
      const text = lane.label(span)
      const start = Math.max(left, 0) + 4
      if (context.measureText(text).width + 6 < Math.min(right, width) - start) {
        context.fillStyle = colour(lane.hue(span) === '--line' ? '--soft' : '--card')
        context.fillText(text, start, lane.top + lane.height / 2 + 4)
      }
    }
  }
}

/** A hundred-thousandth of all at least: closer, numbers are too coarse for the ruler. */
function limited(span) {
  return Math.min(Math.max(span, (last - first) / 1e5), last - first)
}

/** Shows 'span' milliseconds from 'begin' on, nothing beyond the first and the last. */
function show(begin, span) {
  from = Math.max(first, Math.min(begin, last - span))
  to = from + span
  paint()
}

/** Keeps what is at 'share' of the width where it is. */
function zoom(by, share) {
  const span = limited((to - from) * by)
  show(from + (to - from - span) * share, span)
}

canvas.addEventListener('wheel', function (event) {
  event.preventDefault()
  zoom(Math.exp(event.deltaY * 0.002), event.offsetX / canvas.clientWidth)
}, { passive: false })
canvas.addEventListener('dblclick', function () { show(first, last - first) })
canvas.addEventListener('pointerdown', function (event) { canvas.setPointerCapture(event.pointerId); tell(event) })
canvas.addEventListener('pointermove', function (event) {
  if (event.buttons & 1) show(from - (event.movementX / canvas.clientWidth) * (to - from), to - from)
  tell(event)
})
function tell(event) {
  const ms = from + (event.offsetX / canvas.clientWidth) * (to - from)
  const lane = lanes.find(function (one) { return event.offsetY >= one.top && event.offsetY < one.top + one.height })
  const span = lane && lane.spans.find(function (one) { return one[0] <= ms && ms < one[1] })
  under.textContent = span ? lane.name(span) + ': ' + (span[1] - span[0]).toFixed(3) + ' ms' : ''
}

const actions = {
  ArrowLeft: function () { show(from - (to - from) / 8, to - from) },
  ArrowRight: function () { show(from + (to - from) / 8, to - from) },
  '+': function () { zoom(0.75, 0.5) },
  '-': function () { zoom(1 / 0.75, 0.5) },
  0: function () { show(first, last - first) },
}
canvas.addEventListener('keydown', function (event) {
  const action = actions[event.key]
  if (!action || event.ctrlKey || event.metaKey || event.altKey) return
  event.preventDefault()
  action()
})
document.getElementById('closer').onclick = actions['+']
document.getElementById('wider').onclick = actions['-']
document.getElementById('whole').onclick = actions['0']
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', paint)
window.addEventListener('resize', paint)
paint()
`
