// A shader with the functions it shares with others. A line `// use: random, operand_f32` names files of shaders/parts, whose text is put
// behind the shader's own: WGSL knows no order of declarations, `enable` lines stay first, and the shader's lines keep their numbers.

import { SignError } from '../../base/errors.js'
import type { ShaderSource } from './source.js'

/** What a kernel's operands are stored as and rounded to; sums are f32 in either. */
export type OperandType = 'f32' | 'f16'

/** A line of a shader, and which it is of the file it stands in, e.g. `parts/random.wgsl:3`. */
export interface ShaderLine {
  readonly text: string
  readonly place: string
}

/** Which text of a shader is meant. */
export interface ShaderText {
  /** Name of its file, without `.wgsl`. */
  readonly file: string
  /** Default f32. For f16 the parts whose names end in `_f32` are taken by the same name with `_f16`. */
  readonly operand?: OperandType
}

/**
 * The lines of a shader and then those of the parts it uses, each part once. Parts may use parts. Throws ERR_SHADER at the line that names
 * a part there is none of, and for f16 operands where no part depends on their type.
 */
export async function assembleShader({ file, operand = 'f32' }: ShaderText, source: ShaderSource): Promise<ShaderLine[]> {
  const lines = linesOf(file, await source(file))
  const taken = new Set<string>()
  // The list grows while it is walked: what a part uses is found when its own lines are reached.
  for (const { text, place } of lines) {
    for (const part of partsNamed(text)) {
      const name = operand === 'f16' ? part.replace(/_f32$/, '_f16') : part
      if (taken.has(name)) continue
      taken.add(name)
      lines.push(...linesOf(`parts/${name}`, await partText(name, place, source)))
    }
  }
  if (operand === 'f16' && ![...taken].some((name) => name.endsWith('_f16'))) {
    const problem = "wanted a part for each type of operand for f16, as in '// use: operand_f32', got none"
    throw new SignError('ERR_SHADER', `${file}.wgsl`, problem, 'Use such a part, or declare the kernel without an operand type')
  }
  return lines
}

/** The names on a line `// use: …`; none on any other. */
const partsNamed = (line: string): string[] => /^\/\/ use: (.+)$/.exec(line)?.[1]?.split(/, */) ?? []

function linesOf(name: string, text: string): ShaderLine[] {
  return text.split(/\r?\n/).map((line, i) => ({ text: line, place: `${name}.wgsl:${i + 1}` }))
}

async function partText(name: string, place: string, source: ShaderSource): Promise<string> {
  try {
    return await source(`parts/${name}`)
  } catch (cause) {
    const { message } = ((cause as Error).cause ?? cause) as Error
    const problem = `wanted shaders/parts/${name}.wgsl, got ${message}`
    throw new SignError('ERR_SHADER', place, problem, "Name files of shaders/parts after 'use:', with commas between", { cause })
  }
}
