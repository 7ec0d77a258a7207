import { describe, expect, it } from 'vitest'
import { type NamedSide, pairClips } from './clip_pairs.js'

const side = (who: string, names: readonly string[], named = true): NamedSide => ({ who, names, named })

describe('pairClips', () => {
  it('pairs by name in the order of the references, however accents are put together', () => {
    const [apart, together] = ['u\u0308ber'.normalize('NFD'), 'u\u0308ber'.normalize('NFC')]
    const { by, pairs } = pairClips(side('a', ['b', apart]), side('r', [together, 'b']))
    expect(by).toBe('name')
    expect(pairs).toEqual([[apart, together], ['b', 'b']]) // biome-ignore format: one line reads better
  })

  it('pairs by order where a side has no names, where that is asked for, and single clips', () => {
    const wanted = [['x', 'p'], ['y', 'q']] // biome-ignore format: one line reads better
    expect(pairClips(side('a', ['x', 'y'], false), side('r', ['p', 'q']))).toEqual({ by: 'order', pairs: wanted })
    expect(pairClips(side('a', ['x', 'y']), side('r', ['p', 'q']), 'order').pairs).toEqual(wanted)
    expect(pairClips(side('a', ['x']), side('r', ['p']))).toEqual({ by: 'order', pairs: [['x', 'p']] })
  })

  it('names the clips that have no partner, on both sides', () => {
    expect(() => pairClips(side('a', ['b', 'c', 'z']), side('r', ['b', 'd', 'e']))).toThrow(
      "a: wanted one clip for each of the 3 clips in r, got none for 2 references ('d', 'e') and 2 clips without a reference ('c', 'z')",
    )
    expect(() => pairClips(side('a', ['b']), side('r', ['b', 'd']))).toThrow("got none for 1 reference ('d').")
  })

  it('says how names would match where none does', () => {
    expect(() => pairClips(side('a', ['X.pose', 'y']), side('r', ['test/X', 'test/y']))).toThrow(
      /without folders, 1 of 2 would be; or use --pair order/,
    )
  })

  it('counts both sides where they go by order, and names what is left over', () => {
    expect(() => pairClips(side('a', ['1', '2', '3'], false), side('r', ['p', 'q']))).toThrow(
      "a: wanted 2 clips as in r, got 3: '3' of a would be left over",
    )
    expect(() => pairClips(side('a', [], false), side('r', ['p']))).toThrow("got 0: 'p' of r would be left over")
  })

  it('refuses one name twice, and names that are asked for and not there', () => {
    expect(() => pairClips(side('a', ['b', 'b']), side('r', ['b', 'c']))).toThrow("a: wanted names that differ, got 'b' twice")
    expect(() => pairClips(side('a', ['1'], false), side('r', ['b']), 'name')).toThrow('a: wanted clips with names to pair them by')
  })
})
