import { describe, expect, it } from 'vitest'
import { specialise, unroll, withConstants } from './shader_source.js'

describe('shader source', () => {
  it('replaces only the value of a tune line', () => {
    const source = 'const HEAD = 64u; // tune: 32 64\nconst WG = 64u;\n'
    expect(withConstants('k', source, { HEAD: 128 })).toBe('const HEAD = 128u; // tune: 32 64\nconst WG = 64u;\n')
    expect(() => withConstants('k', source, { WG: 1 })).toThrow(
      "k: wanted a line 'const WG = …; // tune', got none. Add it to shaders/k.wgsl.",
    )
  })

  it('writes out nested loops, indices and all', () => {
    const source = [
      'const R = 2u;',
      'const C = 8u; // tune: 8',
      '  for (var r = 0u; r < R; r++) { // unroll',
      '    for (var c = 0u; c < C / 4u; c++) { // unroll',
      '      a[r * 2u + c] += rr;',
      '    }',
      '  }',
    ].join('\n')
    const lines = unroll('k', source)
      .split('\n')
      .map((line) => line.trim())
    expect(lines.filter((line) => line.startsWith('a['))).toEqual([
      'a[0u * 2u + 0u] += rr;',
      'a[0u * 2u + 1u] += rr;',
      'a[1u * 2u + 0u] += rr;',
      'a[1u * 2u + 1u] += rr;',
    ])
  })

  it('unrolls to the replaced constant', () => {
    const source = 'const N = 1u; // tune: 1 3\nfor (var i = 0u; i < N; i++) { // unroll\n  f(i);\n}'
    expect(specialise('k', source, { N: 3 }).match(/f\(/g)).toHaveLength(3)
  })

  it('refuses a bound it cannot know', () => {
    expect(() => unroll('k', 'for (var i = 0u; i < params.n; i++) { // unroll\n}')).toThrow(
      "k.wgsl:1: wanted an unrollable loop, got bound 'params.n'",
    )
  })
})
