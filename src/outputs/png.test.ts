import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { frameAt } from '../motion/clip.js'
import { joint } from '../motion/skeleton.js'
import { cameraFor, project } from './camera.js'
import { light, rgb } from './colours.js'
import { encodePng, rasterSheet, writePng } from './png.js'
import { signer } from './signer.testing.js'

/** A reader for what we write, which checks every checksum. */
function decodePng(file: Uint8Array): { width: number; height: number; at: (x: number, y: number) => number[] } {
  const bytes = Buffer.from(file)
  expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n')
  const chunks = new Map<string, Buffer>()
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(bytes.subarray(at + 4, at + 8 + length)))
    chunks.set(bytes.toString('latin1', at + 4, at + 8), bytes.subarray(at + 8, at + 8 + length))
    at += 12 + length
  }
  expect([...chunks.keys()]).toEqual(['IHDR', 'IDAT', 'IEND'])
  const width = chunks.get('IHDR')!.readUInt32BE(0)
  const height = chunks.get('IHDR')!.readUInt32BE(4)
  const lines = inflateSync(chunks.get('IDAT')!)
  expect(lines).toHaveLength(height * (1 + 3 * width))
  return { width, height, at: (x, y) => [...lines.subarray(y * (1 + 3 * width) + 1 + 3 * x, y * (1 + 3 * width) + 4 + 3 * x)] }
}

const motion = signer(20)

describe('PNG', () => {
  it('shows each part in its colour where its joints are', () => {
    const image = decodePng(encodePng(rasterSheet(motion, { frames: 1 }, 'test')))
    expect([image.width, image.height]).toEqual([480, 480])
    const points = project(frameAt(motion, 0), cameraFor([motion]), 480)
    const at = (id: number) => image.at(Math.floor(points[id]!.x), Math.floor(points[id]!.y))
    expect(at(joint.rightElbow)).toEqual([...rgb(light.parts.rightArm)])
    expect(at(joint.leftElbow)).toEqual([...rgb(light.parts.leftArm)])
    expect(at(joint.neck)).toEqual([...rgb(light.parts.body)])
    expect(at(joint.nose)).toEqual([...rgb(light.parts.head)])
    expect(at(joint.leftHand + 20)).toEqual([...rgb(light.parts.little)])
    expect(at(joint.rightHand + 8)).toEqual([...rgb(light.parts.index)])
    expect(image.at(2, 2)).toEqual([...rgb(light.paper)])
  })

  it('lays frames out in a grid, first and last frame included', () => {
    const sheet = decodePng(encodePng(rasterSheet(motion, { size: 60 }, 'test')))
    expect([sheet.width, sheet.height]).toEqual([4 * 61 - 1, 2 * 61 - 1])
    expect(decodePng(encodePng(rasterSheet(signer(3), { size: 60 }, 'test'))).width).toBe(3 * 61 - 1)
  })

  it('puts the reference above, and nothing where the motion is over', () => {
    const image = decodePng(encodePng(rasterSheet(signer(10), { size: 100, frames: 2, columns: 2, reference: motion }, 'test')))
    expect([image.width, image.height]).toEqual([201, 201])
    const neck = project(frameAt(motion, 0), cameraFor([motion]), 100)[joint.neck]!
    const necks = [0, 101].map((y) => [0, 101].map((x) => image.at(Math.floor(neck.x) + x, Math.floor(neck.y) + y)))
    const body = [...rgb(light.parts.body)]
    expect(necks).toEqual([
      [body, body],
      [body, [...rgb(light.paper)]],
    ])
  })

  it('writes a file, and names it when the motion is malformed', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'signllm-')), 'deep', 'sheet.png')
    await writePng(path, motion, { size: 40 })
    expect(existsSync(path)).toBe(true)
    expect(decodePng(readFileSync(path)).height).toBe(81)
    await expect(writePng(path, { ...motion, frames: 21 })).rejects.toThrow(`${path}: wanted 3150 numbers for 21 frames, got 3000`)
    await expect(writePng(path, { ...motion, frames: 0 })).rejects.toMatchObject({ code: 'ERR_DATA' })
  })
})
