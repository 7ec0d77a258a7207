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

function yamlOf(value: string): unknown {
  try {
    return parse(value)
  } catch (cause) {
    const problem = `wanted values in YAML, got '${value}': ${(cause as Error).message.split(/[:\n]/)[0]}`
    throw new SignError('ERR_USAGE', 'ablate', problem, 'Values cannot have commas', { cause })
  }
}

/** A configuration with `value`, in YAML, at the path. Throws ERR_USAGE where the path leads through something that has no keys. */
export function withKey(config: object, key: string, value: string): object {
  const steps = key.split('.')
  const changed = structuredClone(config) as Record<string, unknown>
  let inner = changed
  for (const step of steps.slice(0, -1)) {
    const next = Object.hasOwn(inner, step) ? inner[step] : undefined
    if (typeof next !== 'object' || next === null || Array.isArray(next)) {
      throw new SignError('ERR_USAGE', 'ablate', `wanted a key of the run file, got '${key}'`, 'Name one by its path, such as model.width')
    }
    inner = next as Record<string, unknown>
  }
  // Defined, not assigned: `__proto__` is then an unknown key as any other.
  Object.defineProperty(inner, steps.at(-1)!, { value: yamlOf(value), enumerable: true, configurable: true, writable: true })
  return changed
}
