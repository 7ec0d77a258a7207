// The viewer's second script: time, panes, the list of clips, pointer and keyboard. No backticks, backslashes or dollar-braces in here:
// it is itself a template.

export const viewerControls = `
const element = (id) => document.getElementById(id)
const canvas = element('canvas')
const context = canvas.getContext('2d')
const night = matchMedia('(prefers-color-scheme: dark)')
const FRONT = { yaw: 0, pitch: 0, zoom: 1 }
const camera = Object.assign({ perspective: false }, FRONT)
const player = { clip: null, index: 0, seconds: 0, duration: 0, playing: false, last: 0 }

// ---- painting

/** Which motions are shown where; panes are named by their middles. */
function panes(width, height) {
  const mode = player.clip.reference ? element('mode').value : 'alone'
  const generated = { motion: player.clip.motion, label: mode === 'alone' ? '' : 'Generated' }
  const reference = { motion: player.clip.reference, label: 'Reference' }
  if (mode === 'overlay') return [pane(0, 0, width, height, [Object.assign({ under: true }, reference), generated])]
  if (mode !== 'side') return [pane(0, 0, width, height, [mode === 'reference' ? reference : generated])]
  if (width >= height) return [pane(0, 0, width / 2, height, [reference]), pane(width / 2, 0, width / 2, height, [generated])]
  return [pane(0, 0, width, height / 2, [reference]), pane(0, height / 2, width, height / 2, [generated])]
}

function pane(left, top, width, height, shown) {
  return { left, top, width, height, shown, x: left + width / 2, y: top + height / 2, size: Math.min(width, height) }
}

function paint() {
  const ratio = window.devicePixelRatio || 1
  const width = canvas.clientWidth
  const height = canvas.clientHeight
  if (!player.clip || !width || !height) return
  canvas.width = Math.round(width * ratio)
  canvas.height = Math.round(height * ratio)
  const palette = night.matches ? page.palettes.dark : page.palettes.light
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.fillStyle = palette.paper
  context.fillRect(0, 0, width, height)
  for (const area of panes(width, height)) paintPane(area, palette)
}

function paintPane(area, palette) {
  context.save()
  context.beginPath()
  context.rect(area.left, area.top, area.width, area.height)
  context.clip()
  let labelAt = area.top + 22
  for (const { motion, label, under } of area.shown) {
    const frame = frameOf(motion)
    const over = frame >= motion.frames
    context.globalAlpha = over ? 0.3 : 1
    paintFrame(context, motion, Math.min(frame, motion.frames - 1), player.clip, camera, area, palette, under ? palette.ghost : '')
    context.globalAlpha = 1
    context.fillStyle = palette.ink
    context.font = '600 13px system-ui, sans-serif'
    context.fillText([label && (under ? label + ' (grey)' : label), over && 'ended'].filter(Boolean).join(', '), area.left + 12, labelAt)
    labelAt += 18
  }
  context.restore()
  context.fillStyle = palette.rule
  if (area.left > 0) context.fillRect(area.left, area.top, 1, area.height)
  if (area.top > 0) context.fillRect(area.left, area.top, area.width, 1)
}

// ---- time

function frameOf(motion) {
  return Math.floor(player.seconds * motion.fps + 1e-6)
}

function steps() {
  return Math.max(1, Math.ceil(player.duration * player.clip.motion.fps - 1e-6))
}

function showTime() {
  const now = Math.min(frameOf(player.clip.motion), steps() - 1)
  element('time').value = now
  element('time').setAttribute('aria-valuetext', 'frame ' + (now + 1) + ' of ' + steps())
  element('counter').textContent = now + 1 + ' / ' + steps() + ' · ' + player.seconds.toFixed(2) + ' s'
  paint()
}

function goTo(frame) {
  player.seconds = Math.min(Math.max(frame, 0), steps() - 1) / player.clip.motion.fps
  showTime()
}

function step(by) {
  play(false)
  goTo(frameOf(player.clip.motion) + by)
}

function play(on) {
  if (on && !player.playing) {
    if (frameOf(player.clip.motion) >= steps() - 1) player.seconds = 0
    player.last = performance.now()
    requestAnimationFrame(tick)
  }
  player.playing = on
  element('play').textContent = on ? 'Pause' : 'Play'
}

function tick(now) {
  if (!player.playing) return
  player.seconds += (Math.max(0, now - player.last) / 1000) * Number(element('speed').value)
  player.last = now
  if (player.seconds >= player.duration) {
    if (element('loop').checked) player.seconds %= player.duration
    else {
      play(false)
      return goTo(steps() - 1)
    }
  }
  showTime()
  requestAnimationFrame(tick)
}

// ---- clips

function choose(index) {
  const packed = page.clips[index]
  if (!packed) return
  player.index = index
  player.clip = Object.assign({}, packed, { motion: unpack(packed.motion), reference: packed.reference && unpack(packed.reference) })
  const shown = [player.clip.motion, player.clip.reference].filter(Boolean)
  player.duration = Math.max.apply(null, shown.map((motion) => motion.frames / motion.fps))
  player.seconds = 0
  element('time').max = steps() - 1
  element('compare').hidden = !player.clip.reference
  element('language').textContent = packed.language
  element('language').hidden = !packed.language
  element('sentence').textContent = packed.text
  canvas.setAttribute('aria-label', 'Signing skeleton: ' + (packed.text || packed.title))
  element('scores').replaceChildren.apply(element('scores'), packed.scores.map(([name, score]) => make('div', '', [make('dt', '', name), make('dd', '', score)])))
  document.querySelectorAll('#clips button').forEach((button, i) => {
    if (i !== index) return button.removeAttribute('aria-current')
    button.setAttribute('aria-current', 'true')
    scrollListTo(button)
  })
  showTime()
}

/** Moves the list alone: scrollIntoView would move the page too, and where the tab key starts from. */
function scrollListTo(button) {
  const list = element('list')
  const [outer, inner] = [list.getBoundingClientRect(), button.getBoundingClientRect()]
  list.scrollTop += Math.min(0, inner.top - outer.top) + Math.max(0, inner.bottom - outer.bottom)
}

/** A new element; text is only ever set as text, so nothing in a sentence can become markup. */
function make(tag, className, content) {
  const made = document.createElement(tag)
  if (className) made.className = className
  if (Array.isArray(content)) made.append.apply(made, content)
  else made.textContent = content
  return made
}

function listClips() {
  element('list').hidden = page.clips.length < 2
  page.clips.forEach((clip, index) => {
    const button = make('button', '', [
      make('span', 'tag', clip.language), ' ', make('span', 'name', clip.title),
      make('div', 'words', clip.text === clip.title ? '' : clip.text), make('div', 'numbers', clip.scores.map((score) => score.join(' ')).join(' · ')),
    ])
    button.type = 'button'
    button.onclick = () => choose(index)
    element('clips').append(make('li', '', [button]))
  })
}

function showLegend() {
  const palette = night.matches ? page.palettes.dark : page.palettes.light
  const names = { rightArm: 'right arm', leftArm: 'left arm' }
  const entries = Object.keys(palette.parts).filter((part) => part !== 'head' && part !== 'body').map((part) => {
    const dot = make('i', '', '')
    dot.style.background = palette.parts[part]
    return make('li', '', [dot, names[part] || part])
  })
  element('legend').replaceChildren.apply(element('legend'), entries)
}

// ---- pointer, wheel, keys

function frontView() {
  Object.assign(camera, FRONT)
  paint()
}

function turn(yaw, pitch) {
  camera.yaw += yaw
  camera.pitch = Math.min(1.4, Math.max(-1.4, camera.pitch + pitch))
  paint()
}

function zoom(factor) {
  camera.zoom = Math.min(8, Math.max(0.4, camera.zoom * factor))
  paint()
}

canvas.addEventListener('pointerdown', (event) => canvas.setPointerCapture(event.pointerId))
canvas.addEventListener('pointermove', (event) => {
  if (canvas.hasPointerCapture(event.pointerId)) turn(event.movementX / 150, event.movementY / 150)
})
canvas.addEventListener('wheel', (event) => {
  event.preventDefault()
  zoom(Math.exp(-event.deltaY / 600))
}, { passive: false })
canvas.addEventListener('dblclick', frontView)

const shiftKeys = {
  ArrowLeft: () => turn(-0.2, 0),
  ArrowRight: () => turn(0.2, 0),
  ArrowUp: () => turn(0, -0.2),
  ArrowDown: () => turn(0, 0.2),
}
const keys = {
  ' ': () => play(!player.playing),
  ArrowLeft: () => step(-1),
  ArrowRight: () => step(1),
  ArrowUp: () => choose(player.index - 1),
  ArrowDown: () => choose(player.index + 1),
  Home: () => goTo(0),
  End: () => goTo(steps() - 1),
  '+': () => zoom(1.2),
  '-': () => zoom(1 / 1.2),
  r: frontView,
}
document.addEventListener('keydown', (event) => {
  const action = (event.shiftKey && shiftKeys[event.key]) || keys[event.key]
  // Controls keep the keys they already answer to; a slider answers to all of these but the space.
  const answers = event.key === ' ' ? 'button, select, input:not([type=range])' : 'select, input'
  if (!action || event.target.closest(answers) || event.ctrlKey || event.metaKey || event.altKey || !player.clip) return
  event.preventDefault()
  action()
})

element('play').onclick = () => play(!player.playing)
element('back').onclick = () => step(-1)
element('forward').onclick = () => step(1)
element('time').oninput = (event) => {
  play(false)
  goTo(Number(event.target.value))
}
element('mode').onchange = paint
element('perspective').onchange = (event) => {
  camera.perspective = event.target.checked
  paint()
}
element('reset').onclick = frontView
night.addEventListener('change', () => {
  showLegend()
  paint()
})
new ResizeObserver(paint).observe(element('stage'))

listClips()
showLegend()
if (page.clips.length) {
  // file.html#3 opens the third clip.
  choose(Math.min(Math.max(Number(location.hash.slice(1)) - 1 || 0, 0), page.clips.length - 1))
  play(!matchMedia('(prefers-reduced-motion: reduce)').matches)
} else {
  element('sentence').textContent = 'No clips.'
  document.querySelectorAll('main button, main select, main input').forEach((control) => { control.disabled = true })
}
`
