// A shader with the functions it shares with others. A line `// use: random, operand_f32` names files of shaders/parts, whose text is put
// behind the shader's own: WGSL knows no order of declarations.

import { SignError } from '../../base/errors.js'
import type { ShaderSource } from './source.js'

/** Parts that stand for each other: whoever takes one of the first kind gets `NAME_f16` where a line names `NAME_f32`, and so on. */
const IN_PLACE_OF = {
  /** Operands stored as f16; sums are f32 in either. */
  f16: 'f32',
  /** Factors rounded to f16 as they are loaded, instead of exact. */
  rounded: 'exact',
  /** The way back through a product. */
  backward: 'forward',
  /** Weights of which a step drops a share, instead of all kept. */
  dropped: 'kept',
  /** A row owned by a subgroup instead of a lane. */
  subgroup: 'lane',
  /** Columns of what layer_norm's weights gain, instead of a tensor's. */
  normed: 'plain',
  /** Columns of what scaled_residual's scales gain, instead of a tensor's. */
  scaled: 'plain',
} as const
export type PartKind = keyof typeof IN_PLACE_OF

/** Both kinds of each pair, the one that is taken where nothing is said first. */
export const PART_KINDS = Object.entries(IN_PLACE_OF).map(([kind, usual]) => [usual, kind as PartKind] as const)

/** A line of a shader, and which it is of the file it stands in, e.g. `parts/random.wgsl:3`. */
export interface ShaderLine {
  readonly text: string
  readonly place: string
}

/** Which text of a shader is meant. */
export interface ShaderText {
  /** Name of its file, without `.wgsl`. */
  readonly file: string
  /** Kinds of parts to take; default those that the file names. */
  readonly takes?: readonly PartKind[]
}

/**
 * The lines of a shader and then those of the parts it uses, each part once; `enable` lines of parts stand first of all, as WGSL wants. Parts
 * may use parts. Throws ERR_SHADER at the line that names a part there is none of, and for a kind of which the shader uses no part.
 */
export async function assembleShader({ file, takes = [] }: ShaderText, source: ShaderSource): Promise<ShaderLine[]> {
  const lines = linesOf(file, await source(file))
  const taken = new Set<string>()
  // The list grows while it is walked: what a part uses is found when its own lines are reached.
  for (const { text, place } of lines) {
    for (const part of partsNamed(text)) {
      const name = takes.reduce((known, kind) => known.replace(new RegExp(`_${IN_PLACE_OF[kind]}$`), `_${kind}`), part)
      if (taken.has(name)) continue
      taken.add(name)
      lines.push(...linesOf(`parts/${name}`, await partText(name, place, source)))
    }
  }
  for (const kind of takes) {
    if ([...taken].some((name) => name.endsWith(`_${kind}`))) continue
    const problem = `wanted a part for '${kind}', as in '// use: NAME_${IN_PLACE_OF[kind]}', got none`
    throw new SignError('ERR_SHADER', `${file}.wgsl`, problem, `Use such a part, or declare the kernel without '${kind}'`)
  }
  return [...lines.filter(isPartsEnable), ...lines.filter((line) => !isPartsEnable(line))]
}

const isPartsEnable = ({ text, place }: ShaderLine): boolean => text.startsWith('enable ') && place.startsWith('parts/')

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
