// Making a thing the first time it is asked for, and never again.

/** What `made` holds under `key`; where it holds nothing, what `make` gives, kept from then on. */
export function once<T>(made: Map<string, T>, key: string, make: () => T): T {
  const before = made.get(key)
  if (before !== undefined) return before
  const now = make()
  made.set(key, now)
  return now
}
