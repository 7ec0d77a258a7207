import { describe, expect, it } from 'vitest'
import type { ShaderLine } from './parts.js'
import { specialise, specialisedShader } from './text.js'

const linesOf = (text: string): ShaderLine[] => text.split('\n').map((line, i) => ({ text: line, place: `k.wgsl:${i + 1}` }))
const specialised = (text: string, constants = {}) =>
  specialise('k', linesOf(text), constants)
    .map((line) => line.text)
    .join('\n')

describe('the text of a shader', () => {
  it('has only the value of a tune line replaced', () => {
    const source = 'const HEAD = 64u; // tune: 32 64\nconst WG = 64u;\n'
    expect(specialised(source, { HEAD: 128 })).toBe('const HEAD = 128u; // tune: 32 64\nconst WG = 64u;\n')
    expect(() => specialised(source, { WG: 1 })).toThrow("k: wanted a line 'const WG = …; // tune', got none. Add it to shaders/k.wgsl.")
  })

  it('has nested loops written out, indices and all', () => {
    const source = [
      'const R = 2u;',
      'const C = 8u; // tune: 8',
      '  for (var r = 0u; r < R; r++) { // unroll',
      '    for (var c = 0u; c < C / 4u; c++) { // unroll',
      '      a[r * 2u + c] += rr;',
      '    }',
      '  }',
    ].join('\n')
    const lines = specialised(source)
      .split('\n')
      .map((line) => line.trim())
    expect(lines.filter((line) => line.startsWith('a['))).toEqual([
      'a[0u * 2u + 0u] += rr;',
      'a[0u * 2u + 1u] += rr;',
      'a[1u * 2u + 0u] += rr;',
      'a[1u * 2u + 1u] += rr;',
    ])
  })

  it('is unrolled to the replaced constant', () => {
    const source = 'const N = 1u; // tune: 1 3\nfor (var i = 0u; i < N; i++) { // unroll\n  f(i);\n}'
    expect(specialised(source, { N: 3 }).match(/f\(/g)).toHaveLength(3)
  })

  it('has no loop with a bound that cannot be known, and says where', () => {
    expect(() => specialised('const A = 1u;\nfor (var i = 0u; i < params.n; i++) { // unroll\n}')).toThrow(
      "k.wgsl:2: wanted an unrollable loop, got bound 'params.n'",
    )
    const open = 'for (var n = 0u; n < 2u; n++) { // unroll\n  for (var i = 0u; i < 2u; i++) { // unroll\n}'
    expect(() => specialised(open)).toThrow('k.wgsl:2: wanted an unrollable loop')
  })

  it("has the driver's lines told as those of files, loops written out or not", async () => {
    const files: Record<string, string> = {
      k: '// use: p\nfor (var i = 0u; i < 2u; i++) { // unroll\n  f(i);\n}\nlast();',
      'parts/p': 'first();\nsecond();',
    }
    const { code, located } = await specialisedShader({ file: 'k' }, async (name) => files[name]!)
    const lineOf = (text: string) => code.split('\n').indexOf(text) + 1
    const said = (text: string) => located(`Error while parsing WGSL: :${lineOf(text)}:7 error: unresolved`)
    expect(said('  f(1u);')).toBe('Error while parsing WGSL: k.wgsl:3:7 error: unresolved')
    expect(said('last();')).toBe('Error while parsing WGSL: k.wgsl:5:7 error: unresolved')
    expect(said('second();')).toBe('Error while parsing WGSL: parts/p.wgsl:2:7 error: unresolved')
    expect(located('at 12:30:45 :999:1 error')).toBe('at 12:30:45 :999:1 error')
  })
})
