// Values of any kind, as messages tell them.

/** A value, short enough for a message: as in `'rain'`, `42`, `null`, `an array of 3`, `an object` or `a GlossModel`. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(typeof value === 'string' ? `'${value}'` : value).slice(0, 40)
  const kind: unknown = value.constructor?.name
  return typeof kind === 'string' && !['', 'Object'].includes(kind) ? `a ${kind}` : 'an object'
}
