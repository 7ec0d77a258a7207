// A run file with one of its keys changed.

import { parse } from 'yaml'
import { SignError } from '../../base/errors.js'

/** A key by its path, such as `learning.mode`, and the values it takes in turn, as a run file has them. */
export interface VariedKey {
  readonly key: string
  readonly values: readonly string[]
}

/** Reads `learning.mode=mse,rl`. Throws ERR_USAGE for what is none, has no values, or has one twice. */
export function parseVariedKey(text: string): VariedKey {
  const [, key, list] = /^\s*([\w.]+)\s*=(.*)$/s.exec(text) ?? []
  const values = (list ?? '').split(',').map((value) => value.trim())
  const twice = values.find((value, i) => values.indexOf(value) !== i)
  if (key === undefined || values.includes('') || twice !== undefined) {
    const problem = `wanted a key and its values, such as learning.mode=mse,rl, got '${text}'`
    throw new SignError('ERR_USAGE', 'ablate', problem, 'Name each value once, with commas between')
  }
  return { key, values }
}

/** A value as a run file would have it. Throws ERR_USAGE for what is no YAML. */
export function parseValue(value: string): unknown {
  try {
    return parse(value)
  } catch (cause) {
    const problem = `wanted values in YAML, got '${value}': ${(cause as Error).message.split(/[:\n]/)[0]}`
    throw new SignError('ERR_USAGE', 'ablate', problem, 'Values cannot have commas', { cause })
  }
}

/** A configuration with `value` at the path, in which entries of lists are counted from 0; undefined where it leads through something without such a key. */
export function withKey(config: object, key: string, value: unknown): object | undefined {
  const steps = key.split('.')
  const changed = structuredClone(config) as Record<string, unknown>
  let inner = changed
  for (const step of steps.slice(0, -1)) {
    const next = Object.hasOwn(inner, step) ? inner[step] : undefined
    if (typeof next !== 'object' || next === null) return undefined
    inner = next as Record<string, unknown>
  }
  const last = steps.at(-1)!
  if (Array.isArray(inner) && !(last !== 'length' && Object.hasOwn(inner, last))) return undefined
  // Defined, not assigned: `__proto__` is then an unknown key as any other.
  Object.defineProperty(inner, last, { value, enumerable: true, configurable: true, writable: true })
  return changed
}

/**
 * As {@link withKey} in a run file as it is written, where a section on the way may be left out. A section as the value changes the keys that it names, and
 * leaves the others as they are.
 */
export function withNewKey(written: object, key: string, value: unknown): object {
  if (isSection(value) && !Array.isArray(value))
    return Object.entries(value as object).reduce((whole, [inner, own]) => withNewKey(whole, `${key}.${inner}`, own), written)
  const steps = key.split('.')
  const parents = steps.slice(0, -1).map((_, i) => steps.slice(0, i + 1).join('.'))
  let whole = written
  for (const parent of parents) whole = isSection(valueAt(whole, parent)) ? whole : withKey(whole, parent, {})!
  return withKey(whole, key, value)!
}

const isSection = (value: unknown): boolean => typeof value === 'object' && value !== null

const valueAt = (config: object, key: string): unknown =>
  key
    .split('.')
    .reduce<unknown>(
      (inner, step) => (isSection(inner) && Object.hasOwn(inner as object, step) ? (inner as Record<string, unknown>)[step] : undefined),
      config,
    )
