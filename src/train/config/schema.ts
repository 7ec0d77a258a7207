// Small additions to zod for config files: objects that suggest the key that was meant, and unions that complain about one member only.

import * as z from 'zod'

/** Schemas by key. */
export type KeyedShape = z.core.$ZodLooseShape

/** An object with these keys and no others. The complaint about another names the nearest key. */
export function keys<S extends KeyedShape>(shape: S): z.ZodObject<S, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? unknownKey(issue.keys[0]!, Object.keys(shape)) : undefined),
  })
}

/** Picks the schema by looking at the value, so that the complaints are those of the one that was meant. */
export function chosen<T extends z.ZodType>(choose: (value: unknown) => T) {
  return z.unknown().transform((value, context): z.output<T> => {
    const parsed = choose(value).safeParse(value, { reportInput: true })
    if (parsed.success) return parsed.data
    for (const issue of parsed.error.issues) context.issues.push({ ...issue } as z.core.$ZodRawIssue)
    return z.NEVER
  })
}

/** One of several objects, told apart by their `kind`; `fallback` where there is none. */
export function oneKind<M extends Record<string, z.ZodType>>(fallback: keyof M & string, members: M) {
  type Member = M[keyof M]
  // Never accepts: it is asked only about kinds that are not in its list.
  const unknownKind = z.looseObject({ kind: z.enum(Object.keys(members)) }) as unknown as Member
  return chosen((value): Member => {
    if (typeof value !== 'object' || value === null) return members[fallback] as Member
    const kind = 'kind' in value ? String(value.kind) : fallback
    return Object.hasOwn(members, kind) ? (members[kind] as Member) : unknownKind
  })
}

/** The known name that was probably meant: one that contains the word, or the nearest by single-letter edits. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const lower = word.toLowerCase()
  const ranked = known.map((name) => ({ name, edits: edits(lower, name.toLowerCase()) })).sort((a, b) => a.edits - b.edits)
  const close = ranked.find(({ name, edits }) => edits <= Math.max(1, Math.floor(Math.min(word.length, name.length) / 3)))
  return (close ?? (lower.length > 2 ? ranked.find(({ name }) => name.toLowerCase().includes(lower)) : undefined))?.name
}

/** ` (did you mean x?)`, or nothing where no known name is near. */
export function suggestion(word: string, known: readonly string[]): string {
  const name = nearest(word, known)
  return name === undefined ? '' : ` (did you mean \`${name}\`?)`
}

function unknownKey(key: string, known: readonly string[]): string {
  return `wanted one of the keys ${known.join(', ')}, got \`${key}\`${suggestion(key, known)}`
}

/** Letters changed, added, left out, or swapped with their neighbour. */
function edits(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const changed = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, changed, swapped ? before[j - 2]! + 1 : Infinity)
    }
    before = row
    row = next
  }
  return row[b.length]!
}
