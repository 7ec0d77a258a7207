// A signer drawn for tests: no photograph is needed, the detector takes it for a person, and where its shoulders and wrists are is known.

import { launchBrowser } from '../platform/node/chromium.js'

export interface DrawnFrame {
  readonly rgba: Uint8Array
  /** In pixels. */
  readonly wrists: { readonly left: Place; readonly right: Place }
}
type Place = readonly [x: number, y: number]

/** Pixels a side. */
export const SIDE = 480

/** The signer raises both hands a little more in every frame, and moves them apart. */
export async function drawnSigner(frames: number): Promise<DrawnFrame[]> {
  const browser = await launchBrowser()
  try {
    const page = await browser.newPage()
    await page.setContent('<body></body>')
    await page.evaluate(DRAW)
    const drawn: DrawnFrame[] = []
    for (let i = 0; i < frames; i++) {
      const rgba = new Uint8Array(Buffer.from(await page.evaluate<string>(`draw(${i})`), 'base64'))
      const [aside, y] = [72 + 4 * i, 270 - 3 * i]
      drawn.push({ rgba, wrists: { left: [SIDE / 2 + aside, y], right: [SIDE / 2 - aside, y] } })
    }
    return drawn
  } finally {
    await browser.close()
  }
}

const DRAW = `
  const canvas = Object.assign(document.createElement('canvas'), { width: ${SIDE}, height: ${SIDE} })
  const pen = canvas.getContext('2d')
  const [skin, shade, hair, cloth] = ['#d9a27e', '#b87f5c', '#3a2a20', '#2f4a6d']
  const round = (x, y, rx, ry, colour) => {
    pen.fillStyle = colour
    pen.beginPath()
    pen.ellipse(x, y, rx, ry, 0, 0, 7)
    pen.fill()
  }
  const line = (width, colour, ...points) => {
    Object.assign(pen, { strokeStyle: colour, lineWidth: width, lineCap: 'round', lineJoin: 'round' })
    pen.beginPath()
    points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)))
    pen.stroke()
  }
  const shape = (colour, path) => {
    pen.fillStyle = colour
    pen.fill(new Path2D(path))
  }
  const body = () => {
    round(240, 112, 62, 74, hair)
    shape(shade, 'M216 165 h48 v50 h-48 z')
    shape(cloth, 'M205 205 Q140 212 122 250 L140 480 L340 480 L358 250 Q340 212 275 205 Q240 235 205 205')
  }
  const face = () => {
    const light = pen.createRadialGradient(225, 105, 10, 240, 125, 75)
    light.addColorStop(0, '#eebd9b')
    light.addColorStop(1, '#c98f6b')
    round(240, 125, 52, 66, light)
    round(188, 128, 9, 15, shade)
    round(292, 128, 9, 15, shade)
    shape(hair, 'M184 92 A56 48 0 0 1 296 92 Q285 70 240 78 Q200 70 184 92')
    for (const x of [219, 261]) {
      round(x, 122, 11, 6, '#f6f2ee')
      round(x, 122, 5.5, 5.5, '#4a3423')
      round(x, 122, 2.6, 2.6, '#000')
      line(4, hair, [x - 12, 109], [x, 105], [x + 12, 108])
      line(2, '#5a3a2a', [x - 11, 120], [x, 115.5], [x + 11, 120])
    }
    line(2, '#a86f50', [236, 125], [231, 147], [240, 151], [249, 147])
    shape('#b4534f', 'M219 166 Q232 160 240 163 Q248 160 261 166 Q240 179 219 166')
    line(1.5, '#7c302f', [219, 166], [240, 168], [261, 166])
  }
  const arm = (side, frame) => {
    const [elbow, wrist] = [[240 + side * 128, 345], [240 + side * (72 + 4 * frame), 270 - 3 * frame]]
    const cuff = [(elbow[0] + wrist[0]) / 2, (elbow[1] + wrist[1]) / 2]
    line(46, '#2a4363', [240 + side * 100, 248], elbow)
    line(38, '#2a4363', elbow, cuff)
    line(26, skin, cuff, wrist)
    pen.save()
    pen.translate(...wrist)
    pen.rotate(-side * 0.15)
    pen.fillStyle = skin
    pen.beginPath()
    pen.roundRect(-18, -44, 36, 46, 10)
    pen.fill()
    for (const [x, length] of [[-14, 30], [-5, 37], [5, 34], [14, 24]]) {
      line(9.5, skin, [-side * x, -40], [-side * x * 1.25, -44 - length])
      line(1, '#a86f50', [-side * x - 4.5, -42], [-side * x * 1.25 - 4.7, -41 - length])
    }
    line(11, skin, [-side * 12, -12], [-side * 27, -28], [-side * 32, -42])
    pen.restore()
  }
  globalThis.draw = (frame) => {
    pen.fillStyle = '#b9c4cc'
    pen.fillRect(0, 0, ${SIDE}, ${SIDE})
    body()
    face()
    arm(-1, frame)
    arm(1, frame)
    return new Uint8Array(pen.getImageData(0, 0, ${SIDE}, ${SIDE}).data.buffer).toBase64()
  }
  undefined
`
