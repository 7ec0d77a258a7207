import { describe, expect, it } from 'vitest'
import { shaderFromPackage } from '../../platform/node/shader_files.js'
import { assembleShader, type PartKind } from './parts.js'

const from = (files: Record<string, string>) => async (name: string) => {
  if (files[name] === undefined) throw new Error('no such file')
  return files[name]
}
const assembled = async (files: Record<string, string>, ...takes: PartKind[]) => {
  const lines = await assembleShader({ file: 'k', takes }, from(files))
  return lines.map(({ text, place }) => `${place} ${text}`)
}

describe('the parts of a shader', () => {
  it('stand behind it, each once, those of parts too', async () => {
    const lines = await assembled({ k: '// use: a, b\r\nmain', 'parts/a': '// use: b\nA', 'parts/b': '// use: a\nB' })
    expect(lines).toEqual([
      'k.wgsl:1 // use: a, b',
      'k.wgsl:2 main',
      'parts/a.wgsl:1 // use: b',
      'parts/a.wgsl:2 A',
      'parts/b.wgsl:1 // use: a',
      'parts/b.wgsl:2 B',
    ])
  })

  it('are those of the kinds taken, in parts of parts too', async () => {
    const files = {
      k: '// use: a_f32',
      'parts/a_f32': '// use: c\nfull',
      'parts/a_f16': '// use: c\nhalf',
      'parts/c': '// use: b_f32',
      'parts/b_f32': 'F',
      'parts/b_f16': 'H',
    }
    expect((await assembled(files)).join()).toMatch(/full.*parts\/b_f32\.wgsl:1 F$/)
    expect((await assembled(files, 'f16')).join()).toMatch(/half.*parts\/b_f16\.wgsl:1 H$/)
    expect((await assembled(files, 'f16')).join()).not.toMatch(/full/)
  })

  it('may be of several kinds at once', async () => {
    const files = { k: '// use: a_forward, b_f32', 'parts/a_forward': 'F', 'parts/a_backward': 'B', 'parts/b_f32': 'S', 'parts/b_f16': 'H' }
    expect((await assembled(files, 'backward', 'f16')).slice(1)).toEqual(['parts/a_backward.wgsl:1 B', 'parts/b_f16.wgsl:1 H'])
  })

  it('have their enable lines put first of all, where they still tell their places', async () => {
    const lines = await assembled({ k: '// use: a\nmain', 'parts/a': 'A\nenable subgroups;' })
    expect(lines).toEqual(['parts/a.wgsl:2 enable subgroups;', 'k.wgsl:1 // use: a', 'k.wgsl:2 main', 'parts/a.wgsl:1 A'])
  })

  it('are missed at the line that names them', async () => {
    await expect(assembled({ k: 'x\n// use: half, rnadom', 'parts/half': 'h' })).rejects.toThrow(
      "k.wgsl:2: wanted shaders/parts/rnadom.wgsl, got no such file. Name files of shaders/parts after 'use:', with commas between.",
    )
    await expect(assembled({ k: '// use: half', 'parts/half': '\n\n// use: no' })).rejects.toMatchObject({
      code: 'ERR_SHADER',
      message: expect.stringMatching(/^parts\/half\.wgsl:3: wanted shaders\/parts\/no\.wgsl/),
    })
  })

  it('are missed by name in the package, too', async () => {
    const source = async (name: string) => (name === 'k' ? '// use: no_such_part' : shaderFromPackage(name))
    const problem = /^k\.wgsl:1: wanted shaders\/parts\/no_such_part\.wgsl, got ENOENT/
    await expect(assembleShader({ file: 'k' }, source)).rejects.toThrow(problem)
  })

  it('are wanted of each kind taken', async () => {
    await expect(assembled({ k: '// use: a', 'parts/a': '' }, 'f16')).rejects.toThrow(
      "k.wgsl: wanted a part for 'f16', as in '// use: NAME_f32', got none. Use such a part, or declare the kernel without 'f16'.",
    )
  })
})
