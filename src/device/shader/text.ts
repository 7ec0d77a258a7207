// The text a driver gets. Three things are done to a shader: the parts it uses are put behind it, the value of a `const NAME = 8u; // tune: …`
// line may be replaced, and a loop marked `// unroll` is written out. Without the last two it is still the same program.

import { SignError } from '../../base/errors.js'
import { assembleShader, type ShaderLine, type ShaderText } from './parts.js'
import type { ShaderSource } from './source.js'

/** A shader as the driver gets it. */
export interface SpecialisedShader {
  readonly code: string
  /** A driver's message with the lines of files in place of those of `code`: `linear.wgsl:23:7` for `:31:7`. */
  readonly located: (message: string) => string
}

/** A shader with its parts, constants replaced, then loops unrolled. Throws ERR_SHADER, with file and line where there is one. */
export async function specialisedShader(
  text: ShaderText,
  source: ShaderSource,
  constants: Readonly<Record<string, number>> = {},
): Promise<SpecialisedShader> {
  const lines = specialise(text.file, await assembleShader(text, source), constants)
  const placeOf = (line: number) => lines[line - 1]?.place
  return {
    code: lines.map((line) => line.text).join('\n'),
    located: (message) => message.replace(/(?<![\w.]):(\d+)(?=:\d+)/g, (whole, line) => placeOf(Number(line)) ?? whole),
  }
}

/** Constants replaced, then loops unrolled. */
export function specialise(file: string, lines: readonly ShaderLine[], constants: Readonly<Record<string, number>>): ShaderLine[] {
  const replaced = withConstants(file, lines, constants)
  const known = replaced.flatMap(({ text }) => {
    const [, name, value] = /^const (\w+) = (\d+)u?;/.exec(text) ?? []
    return name ? [[name, Number(value)] as const] : []
  })
  return unroll(replaced, new Map(known))
}

/** Replaces the values of `const NAME = value; // tune…` lines. Throws ERR_SHADER for a name that has no such line. */
function withConstants(file: string, lines: readonly ShaderLine[], constants: Readonly<Record<string, number>>): ShaderLine[] {
  const out = [...lines]
  for (const [name, value] of Object.entries(constants)) {
    const declaration = new RegExp(`^(const ${name} = )\\d+(u?; // tune)`)
    const at = out.findIndex(({ text }) => declaration.test(text))
    if (at < 0) {
      throw new SignError('ERR_SHADER', file, `wanted a line 'const ${name} = …; // tune', got none`, `Add it to shaders/${file}.wgsl`)
    }
    out[at] = { ...out[at]!, text: out[at]!.text.replace(declaration, `$1${value}$2`) }
  }
  return out
}

const UNROLLED_LOOP = /^( *)for \(var (\w+) = 0u; \2 < ([^;]+); \2\+\+\) \{ \/\/ unroll$/

/**
 * Writes out `for (var i = 0u; i < BOUND; i++) { // unroll` loops, BOUND a number or a quotient of `const`s, so that arrays indexed
 * by `i` become registers on drivers that keep dynamically indexed arrays in memory (SwiftShader: 6 times slower).
 * The loop ends at the `}` of its own indentation; loops may nest.
 */
function unroll(lines: readonly ShaderLine[], constants: ReadonlyMap<string, number>): ShaderLine[] {
  const out: ShaderLine[] = []
  for (let i = 0; i < lines.length; i++) {
    const { text, place } = lines[i]!
    const loop = UNROLLED_LOOP.exec(text)
    if (!loop) {
      out.push(lines[i]!)
      continue
    }
    const [, indent, index, boundText] = loop
    const end = lines.findIndex((line, at) => at > i && line.text === `${indent}}`)
    const bound = boundOf(boundText!, constants)
    if (end < 0 || bound === undefined) {
      throw new SignError(
        'ERR_SHADER',
        place,
        `wanted an unrollable loop, got bound '${boundText}'`,
        'Use a number or declared consts, and close it at its own indentation',
      )
    }
    const body = unroll(lines.slice(i + 1, end), constants)
    const indices = new RegExp(`\\b${index}\\b`, 'g')
    for (let n = 0; n < bound; n++) {
      out.push({ text: `${indent}{`, place })
      out.push(...body.map((line) => ({ ...line, text: line.text.replace(indices, `${n}u`) })))
      out.push({ text: `${indent}}`, place: lines[end]!.place })
    }
    i = end
  }
  return out
}

/** `8u`, `TILE` or `TILE / 4u`. */
function boundOf(text: string, constants: ReadonlyMap<string, number>): number | undefined {
  const factors = text.split('/').map((part) => {
    const word = part.trim()
    return /^\d+u?$/.test(word) ? Number.parseInt(word, 10) : constants.get(word)
  })
  if (factors.some((factor) => factor === undefined)) return undefined
  return factors.slice(1).reduce((quotient: number, factor) => quotient / factor!, factors[0]!)
}
