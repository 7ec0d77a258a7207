// Texts of a command line into values, or an error that says what was wanted.

import { InvalidArgumentError, Option } from 'commander'
import type { Picture } from './formats/picture.js'
import { bonePolicies } from './infer/bone_policy.js'
import { type LengthPolicy, lengthPolicies } from './infer/length_policy.js'
import { isRate, wantedRate } from './motion/clip.js'
import { paletteNames } from './outputs/colours.js'

export function positive(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('wanted a whole number above 0.')
  return value
}

export function number(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('wanted a number.')
  return value
}

/** `2-4`, or `3` for 3 to 3. */
export function range(text: string): readonly [number, number] {
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? []
  const [least, most] = [Number(from), Number(to)]
  if (!(least > 0 && most >= least)) throw new InvalidArgumentError('wanted two whole numbers above 0, the smaller first, such as 2-4.')
  return [least, most]
}

export const lengthHelp = `how the length is decided: ${lengthPolicies.join(', ')}`

/** Whether generated bones keep their length. */
export const bonesOption = (): Option =>
  new Option(
    '--bones <policy>',
    "hold: project every frame onto the bone lengths of the training motions; free: as the model regressed it (default: hold where those motions' bones keep their length)",
  ).choices(bonePolicies)

/** The colours of what is drawn. */
export const paletteOption = (): Option =>
  new Option(
    '--palette <name>',
    'colours of pictures: colour-blind has fingers and arms that people with any kind of colour blindness tell apart (default: standard)',
  ).choices(paletteNames)

/** The values of an option that may be given several times. */
export const repeated = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

// Each seed is a training for each value that is compared.
const MOST_SEEDS = 1000

export function seedCount(text: string): number {
  const value = positive(text)
  if (value > MOST_SEEDS) throw new InvalidArgumentError(`wanted at most ${MOST_SEEDS}.`)
  return value
}

export function share(text: string): number {
  const value = Number(text)
  if (!(value >= 0 && value < 1)) throw new InvalidArgumentError('wanted a share from 0 to below 1.')
  return value
}

/** `2/8`: the second of eight shares. */
export function part(text: string): { readonly index: number; readonly of: number } {
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text) ?? []
  if (!(Number(index) >= 1 && Number(index) <= Number(of))) throw new InvalidArgumentError('wanted a share such as 2/8.')
  return { index: Number(index) - 1, of: Number(of) }
}

export function lengthPolicy(text: string): LengthPolicy {
  const found = lengthPolicies.find((policy) => policy === text)
  if (!found) throw new InvalidArgumentError(`wanted one of ${lengthPolicies.join(', ')}.`)
  return found
}

export function rate(text: string): number {
  const value = Number(text)
  if (!isRate(value)) throw new InvalidArgumentError(`wanted ${wantedRate}, such as 25.`)
  return value
}

export function picture(text: string): Picture {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(text) ?? []
  if (!(Number(width) > 0 && Number(height) > 0)) throw new InvalidArgumentError('wanted width and height in pixels, such as 1280x720.')
  return { width: Number(width), height: Number(height) }
}
