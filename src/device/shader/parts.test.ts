import { describe, expect, it } from 'vitest'
import { shaderFromPackage } from '../../platform/node/shader_files.js'
import { assembleShader, type OperandType } from './parts.js'

const from = (files: Record<string, string>) => async (name: string) => {
  if (files[name] === undefined) throw new Error('no such file')
  return files[name]
}
const assembled = async (files: Record<string, string>, operand?: OperandType) => {
  const lines = await assembleShader({ file: 'k', ...(operand && { operand }) }, from(files))
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

  it('are those of the operand type, in parts of parts too', async () => {
    const files = {
      k: '// use: a_f32',
      'parts/a_f32': '// use: c\nfull',
      'parts/a_f16': '// use: c\nhalf',
      'parts/c': '// use: b_f32',
      'parts/b_f32': 'F',
      'parts/b_f16': 'H',
    }
    expect((await assembled(files)).join()).toMatch(/full.*parts\/b_f32\.wgsl:1 F$/)
    expect(await assembled(files, 'f32')).toEqual(await assembled(files))
    expect((await assembled(files, 'f16')).join()).toMatch(/half.*parts\/b_f16\.wgsl:1 H$/)
    expect((await assembled(files, 'f16')).join()).not.toMatch(/full/)
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

  it('are wanted for each type where operands are f16', async () => {
    await expect(assembled({ k: '// use: a', 'parts/a': '' }, 'f16')).rejects.toThrow(
      /^k\.wgsl: wanted a part for each type of operand for f16/,
    )
  })
})
