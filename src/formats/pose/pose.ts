// Reads `.pose`, the binary motion file of the sign-language-processing tools: versions 0, 0.1 and 0.2.
// A header of named components with named points, then for each frame and person the points' coordinates, then their confidences.

import { counted } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'
import { isRate } from '../../motion/clip.js'
import { fileBytes } from '../file_bytes.js'
import { mostUnpacked } from '../unpacked_limit.js'
import { ByteReader } from './bytes.js'

export interface PoseComponent {
  readonly name: string
  /** `XYC` or `XYZC`; coordinates beyond these are not read. */
  readonly format: string
  readonly points: readonly string[]
  /** Lines to draw, as pairs of this component's points. */
  readonly limbs: readonly (readonly [number, number])[]
  readonly colours: readonly (readonly [number, number, number])[]
}

export interface PoseFile {
  readonly version: 0 | 0.1 | 0.2
  /** Of the picture, in pixels. `depth` is what the writer thought z was measured in: no reader relies on it. */
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly components: readonly PoseComponent[]
  readonly fps: number
  readonly frames: number
  readonly people: number
  /** Points of all components together. */
  readonly points: number
  /** 2 or 3. */
  readonly dims: number
  /** [frames, people, points, dims] */
  readonly data: Float32Array
  /** [frames, people, points]; 0 says missing, whatever the coordinates. */
  readonly confidence: Float32Array
}

/** Reads a `.pose` file. Throws ERR_DATA naming the file; see `decodePose`. */
export async function readPose(path: string): Promise<PoseFile> {
  return decodePose(await fileBytes(path), path)
}

/**
 * Decodes the bytes of a `.pose` file; `who` is named in errors. Whatever the bytes are, it returns a consistent file or throws ERR_DATA saying at which byte
 * what was wanted, and allocates no more than a small multiple of what it was given.
 */
export function decodePose(bytes: Uint8Array, who: string): PoseFile {
  const reader = new ByteReader(bytes, who)
  const version = readVersion(reader)
  const width = reader.u16('the width')
  const height = reader.u16('the height')
  const depth = reader.u16('the depth')
  const stored = Array.from({ length: reader.u16('the number of components') }, (_, i) => readComponent(reader, i))
  const points = pointsOf(stored)
  if (points === 0) refuse(reader, 'wanted at least one point', `got ${counted(stored.length, 'component')} without any`)

  const fps = version === 0.2 ? reader.f32('the frame rate') : reader.u16('the frame rate')
  if (!isRate(fps)) refuse(reader, 'wanted a frame rate', `got ${fps}`)
  const frames = version === 0.2 ? reader.u32('the number of frames') : reader.u16('the number of frames')
  const body = version === 0 ? readPersonByPerson(reader, frames, stored) : readPlanes(reader, frames, stored, version)
  if (reader.left > 0) refuse(reader, 'wanted the end of the file', `got ${counted(reader.left, 'byte')} more`)
  const components = stored.map(({ coordinates: _, ...component }) => component)
  return { version, width, height, depth, components, fps, points, dims: keptDims(stored), ...body }
}

function refuse(reader: ByteReader, wanted: string, got: string): never {
  throw new SignError(
    'ERR_DATA',
    reader.who,
    `${wanted} before byte ${reader.offset}, ${got}`,
    'Fetch the file again, or write it with a newer tool',
  )
}

function readVersion(reader: ByteReader): PoseFile['version'] {
  const version = reader.f32('the version')
  const known = ([0, 0.1, 0.2] as const).find((v) => Math.fround(v) === version)
  return known ?? refuse(reader, 'wanted version 0, 0.1 or 0.2', `got ${version}`)
}

/** A component as it lies in the file, where a point may have further coordinates behind those we read. */
interface StoredComponent extends PoseComponent {
  /** Coordinates a point, the confidence not counted. */
  readonly coordinates: number
}

const pointsOf = (components: readonly PoseComponent[]): number => components.reduce((sum, { points }) => sum + points.length, 0)

/** Coordinates a point that are kept: z where any component has it. */
const keptDims = (components: readonly PoseComponent[]): number => Math.max(...components.map(({ format }) => format.length - 1))

function readComponent(reader: ByteReader, index: number): StoredComponent {
  const name = reader.text(`the name of component ${index}`)
  const stored = reader.text(`the format of '${name}'`)
  // Kinect's files have a fourth coordinate, the depth camera's: XYZKC.
  const format = /^(XYZ?)[A-Z]*C$/.exec(stored)?.[1]?.concat('C')
  if (!format) return refuse(reader, `wanted a format such as XYC or XYZC of '${name}'`, `got '${stored.slice(0, 20)}'`)
  const points = reader.u16(`the points of '${name}'`)
  const limbs = reader.u16(`the limbs of '${name}'`)
  const colours = reader.u16(`the colours of '${name}'`)
  const u16 = (what: string): number => reader.u16(`${what} of '${name}'`)
  return {
    name,
    format,
    coordinates: stored.length - 1,
    points: Array.from({ length: points }, (_, i) => reader.text(`the name of point ${i} of '${name}'`)),
    limbs: Array.from({ length: limbs }, () => [u16('a limb'), u16('a limb')] as const),
    colours: Array.from({ length: colours }, () => [u16('a colour'), u16('a colour'), u16('a colour')] as const),
  }
}

interface Body {
  readonly frames: number
  readonly people: number
  readonly data: Float32Array
  readonly confidence: Float32Array
}

/** Frames that version 0.1 can count: it does so in 16 bits, and writers of longer clips let the number overflow or stand at its end. */
const COUNTABLE = 0x10000

/** Versions 0.1 and 0.2: all coordinates, then all confidences. */
function readPlanes(reader: ByteReader, told: number, components: readonly StoredComponent[], version: 0.1 | 0.2): Body {
  const people = reader.u16('the number of people')
  if (people === 0) refuse(reader, 'wanted at least one person', 'got 0')
  const points = pointsOf(components)
  const stored = Math.max(...components.map(({ coordinates }) => coordinates))
  const held = reader.left / (4 * people * points * (stored + 1))
  const frames = version === 0.1 && held >= COUNTABLE && Number.isInteger(held) ? held : told
  if (frames === 0) refuse(reader, 'wanted at least one frame', 'got 0')
  const what = `${people} x ${points} points in ${frames} frames`
  const cells = frames * people * points
  const data = firstOf(reader.f32s(cells * stored, `the coordinates of ${what}`), stored, keptDims(components))
  return { frames, people, data, confidence: reader.f32s(cells, `the confidences of ${what}`) }
}

/** The first `kept` of every `stored` numbers. */
function firstOf(values: Float32Array, stored: number, kept: number): Float32Array {
  if (stored === kept) return values
  const out = new Float32Array((values.length / stored) * kept)
  for (let i = 0; i < out.length; i++) out[i] = values[Math.floor(i / kept) * stored + (i % kept)]!
  return out
}

/** Version 0: each frame tells how many people it holds; each person is a number and its points, coordinates and confidence together. */
function readPersonByPerson(reader: ByteReader, frames: number, components: readonly StoredComponent[]): Body {
  if (frames === 0) refuse(reader, 'wanted at least one frame', 'got 0')
  const [points, dims] = [pointsOf(components), keptDims(components)]
  const floats = components.reduce((sum, component) => sum + component.points.length * (component.coordinates + 1), 0)
  const seen: Float32Array[][] = []
  for (let t = 0; t < frames; t++) {
    const people = reader.u16(`the number of people in frame ${t}`)
    seen.push(
      Array.from({ length: people }, (_, p) => {
        reader.skip(2, `the id of person ${p} in frame ${t}`)
        return reader.f32s(floats, `person ${p} in frame ${t}`)
      }),
    )
  }
  const people = Math.max(...seen.map((frame) => frame.length))
  if (people === 0) refuse(reader, 'wanted a person in at least one frame', 'got none')
  // One crowded frame among thousands of empty ones would make a small file a huge array.
  const present = seen.reduce((sum, frame) => sum + frame.length, 0)
  const bytes = 4 * frames * people * points * (dims + 1)
  if (frames * people > 64 * present + 4096 || bytes > mostUnpacked(reader.offset))
    refuse(reader, 'wanted about as many people in every frame', `got ${present} in ${counted(frames, 'frame')}, ${people} in one of them`)

  const data = new Float32Array(frames * people * points * dims)
  const confidence = new Float32Array(frames * people * points)
  for (const [t, frame] of seen.entries()) {
    for (const [p, person] of frame.entries()) {
      let from = 0
      let point = (t * people + p) * points
      for (const { points: names, format, coordinates } of components) {
        for (let i = 0; i < names.length; i++, point++, from += coordinates + 1) {
          data.set(person.subarray(from, from + format.length - 1), point * dims)
          confidence[point] = person[from + coordinates]!
        }
      }
    }
  }
  return { frames, people, data, confidence }
}
