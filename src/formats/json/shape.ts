// What must stand where in a detector's JSON. Faults are named by their path in it, such as people[0].pose_keypoints_2d[7].

import { SignError } from '../../base/errors.js'
import { shown } from '../../base/shown.js'

/** Throws ERR_DATA. Takes the problem as `wanted …, got …`. */
export function refuse(who: string, problem: string, nextMove = 'Run the detector on that frame again'): never {
  throw new SignError('ERR_DATA', who, problem, nextMove)
}

/** Whether a value is an object with keys: no list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `value` as an object. Throws ERR_DATA naming `who` and `place`. */
export function objectAt(value: unknown, place: string, who: string): Record<string, unknown> {
  if (isObject(value)) return value
  return refuse(who, `wanted an object at ${place}, got ${shown(value)}`)
}

/** `value` as an array of one of the given lengths. Throws ERR_DATA naming `who` and `place`. */
export function arrayAt(value: unknown, lengths: readonly number[], place: string, who: string, nextMove?: string): readonly unknown[] {
  if (Array.isArray(value) && lengths.includes(value.length)) return value
  return refuse(who, `wanted an array of ${lengths.join(' or ')} at ${place}, got ${shown(value)}`, nextMove)
}

/** As {@link arrayAt}; undefined where there is nothing: writers leave what was not seen out, or put `null` or an empty array in its place. */
export function listAt(
  value: unknown,
  lengths: readonly number[],
  place: string,
  who: string,
  nextMove?: string,
): readonly unknown[] | undefined {
  return isNothing(value) ? undefined : arrayAt(value, lengths, place, who, nextMove)
}

/** As {@link listAt}, of finite numbers; `null` for a number that is not there. Throws ERR_DATA naming `who` and the place down to the entry. */
export function numbersAt(
  value: unknown,
  lengths: readonly number[],
  place: string,
  who: string,
  nextMove?: string,
): readonly (number | null)[] | undefined {
  const numbers = listAt(value, lengths, place, who, nextMove)
  const wrong = numbers?.findIndex((number) => number !== null && !Number.isFinite(number)) ?? -1
  if (wrong >= 0) refuse(who, `wanted a finite number at ${place}[${wrong}], got ${shown(numbers![wrong])}`)
  return numbers as readonly (number | null)[] | undefined
}

/** Whether something was left out. */
export function isNothing(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0)
}
