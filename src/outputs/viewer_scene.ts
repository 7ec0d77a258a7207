// The viewer's first script: unpacks the motions and paints one frame on a canvas. It follows draw.ts, whose limbs, proportions and colours come
// with the page's data; what it adds is a camera that moves. No backticks, backslashes or dollar-braces in here: it is itself a template.

export const viewerScene = `'use strict'

const page = JSON.parse(document.getElementById('page-data').textContent)

// A camera far enough away that the hands in front of a signer grow by about a tenth.
const EYE = 2.6

/** Integers in base64 back to coordinates; see PackedMotion. */
function unpack(packed) {
  const text = atob(packed.data)
  const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0))
  const view = new DataView(bytes.buffer)
  const joints = new Float32Array(bytes.length / 2)
  for (let i = 0; i < joints.length; i++) joints[i] = view.getInt16(2 * i, true) * packed.step
  return { fps: packed.fps, frames: packed.frames, joints: joints }
}

/** A point of space in a square pane: { x, y } in pixels, how near it is, and pixels a unit there. */
function projectPoint(x, y, z, clip, camera, pane) {
  const right = x - clip.centre[0]
  const down = y - clip.centre[1]
  const near = z - clip.centre[2]
  const turnedRight = right * Math.cos(camera.yaw) + near * Math.sin(camera.yaw)
  const turnedNear = near * Math.cos(camera.yaw) - right * Math.sin(camera.yaw)
  const tiltedDown = down * Math.cos(camera.pitch) + turnedNear * Math.sin(camera.pitch)
  const tiltedNear = turnedNear * Math.cos(camera.pitch) - down * Math.sin(camera.pitch)
  const closer = camera.perspective ? EYE / Math.max(0.2, EYE - tiltedNear) : 1
  const scale = (pane.size / clip.extent) * camera.zoom * closer
  return { x: pane.x + turnedRight * scale, y: pane.y + tiltedDown * scale, near: tiltedNear, scale: scale }
}

/** Paints one frame around the pane's middle, what is far first. With 'plain', all in that one colour and without gaps. */
function paintFrame(context, motion, frame, clip, camera, pane, palette, plain) {
  const at = frame * 150
  const points = []
  for (let id = 0; id < 50; id++) {
    const i = at + 3 * id
    points.push(projectPoint(motion.joints[i], motion.joints[i + 1], motion.joints[i + 2], clip, camera, pane))
  }
  const nearness = (limb) => limb.bias + limb.joints.reduce((sum, id) => sum + points[id].near, 0) / limb.joints.length
  const sorted = page.limbs.map((limb) => ({ limb: limb, near: nearness(limb) })).sort((a, b) => a.near - b.near)
  context.lineCap = context.lineJoin = 'round'
  for (const { limb } of sorted) {
    paintLimb(context, limb, limb.joints.map((id) => points[id]), palette, plain)
    if (limb.part !== 'head') continue
    const z = motion.joints[at + 2] + page.proportions.head
    paintHead(context, points[0], projectPoint(motion.joints[at], motion.joints[at + 1], z, clip, camera, pane), palette, plain)
  }
}

function paintLimb(context, limb, points, palette, plain) {
  const scale = points[0].scale
  const width = limb.width * scale
  if (!plain) line(context, trimmed(points, limb.clear * scale, limb.finger), width + 2 * page.proportions.gap * scale, palette.paper)
  line(context, points, width, plain || palette.parts[limb.part])
  if (limb.finger && !plain)
    for (const point of points.slice(1, -1)) disc(context, point, (page.proportions.knuckle * width) / 2, palette.knuckles[limb.part])
}

/** The line of the gap: 'clear' pixels short where the limb hangs on another; only fingertips are free. */
function trimmed(points, clear, freeEnd) {
  const [a, b] = points
  const length = Math.hypot(b.x - a.x, b.y - a.y)
  const share = length > 0 ? Math.min(0.45, clear / length) : 0
  const along = (t) => ({ x: a.x + t * (b.x - a.x), y: a.y + t * (b.y - a.y) })
  return freeEnd ? [along(share)].concat(points.slice(1)) : [along(share), along(1 - share)]
}

function paintHead(context, centre, nose, palette, plain) {
  const radius = page.proportions.head * centre.scale
  const edge = plain || palette.parts.head
  const paintNose = () => disc(context, nose, page.proportions.nose * nose.scale, edge)
  if (nose.near < centre.near) paintNose()
  disc(context, centre, radius, plain ? palette.paper : palette.headFill)
  context.beginPath()
  context.arc(centre.x, centre.y, radius - (page.proportions.headEdge * centre.scale) / 2, 0, 2 * Math.PI)
  context.lineWidth = page.proportions.headEdge * centre.scale
  context.strokeStyle = edge
  context.stroke()
  if (nose.near >= centre.near) paintNose()
}

function line(context, points, width, colour) {
  context.beginPath()
  for (const point of points) context.lineTo(point.x, point.y)
  context.lineWidth = width
  context.strokeStyle = colour
  context.stroke()
}

function disc(context, centre, radius, colour) {
  context.beginPath()
  context.arc(centre.x, centre.y, radius, 0, 2 * Math.PI)
  context.fillStyle = colour
  context.fill()
}
`
