// JSON.parse keeps the last of two equal keys without a word. In a checkpoint that would hide a whole tensor, so look for them.

/**
 * Finds the first key that occurs twice in one object of a JSON text.
 *
 * @param json text that JSON.parse has accepted: the scan relies on that
 * @returns the key and the offset of its second occurrence in characters, or null
 */
export function findDuplicateKey(json: string): { key: string; at: number } | null {
  const open: (Set<string> | null)[] = [] // the keys met in each enclosing object; null for an array
  let keyNext = false
  for (let i = 0; i < json.length; i++) {
    const char = json[i]
    if (char === '"') {
      const end = endOfString(json, i)
      const keys = open.at(-1)
      if (keyNext && keys) {
        const key = JSON.parse(json.slice(i, end)) as string // so that "\u0061" equals "a"
        if (keys.has(key)) return { key, at: i }
        keys.add(key)
        keyNext = false
      }
      i = end - 1
    } else if (char === '{' || char === '[') {
      open.push(char === '{' ? new Set() : null)
      keyNext = char === '{'
    } else if (char === '}' || char === ']') {
      open.pop()
      keyNext = false
    } else if (char === ',') keyNext = open.at(-1) !== null
  }
  return null
}

function endOfString(json: string, start: number): number {
  let i = start + 1
  while (i < json.length && json[i] !== '"') i += json[i] === '\\' ? 2 : 1
  return i + 1
}
