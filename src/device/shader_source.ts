// WGSL text by kernel name. Only two things are ever done to a shader: the value of a `const NAME = 8u; // tune: …` line may be
// replaced, and a loop marked `// unroll` is written out. Without either the file is still the same program.

import { SignError } from '../base/errors.js'

/** Gives the text of `shaders/NAME.wgsl`, from wherever shaders live: files, a module, a server. */
export type ShaderSource = (name: string) => Promise<string>

/** The text a driver gets: constants replaced, then loops unrolled. */
export function specialise(name: string, source: string, constants: Readonly<Record<string, number>>): string {
  return unroll(name, withConstants(name, source, constants))
}

/** Replaces the values of `const NAME = value; // tune…` lines. Throws ERR_SHADER for a name that has no such line. */
export function withConstants(name: string, source: string, constants: Readonly<Record<string, number>>): string {
  for (const [constant, value] of Object.entries(constants)) {
    const line = new RegExp(`^(const ${constant} = )\\d+(u?; // tune)`, 'm')
    if (!line.test(source)) {
      throw new SignError('ERR_SHADER', name, `wanted a line 'const ${constant} = …; // tune', got none`, `Add it to shaders/${name}.wgsl`)
    }
    source = source.replace(line, `$1${value}$2`)
  }
  return source
}

const UNROLLED_LOOP = /^( *)for \(var (\w+) = 0u; \2 < ([^;]+); \2\+\+\) \{ \/\/ unroll$/

/**
 * Writes out `for (var i = 0u; i < BOUND; i++) { // unroll` loops, BOUND a number or a quotient of `const`s, so that arrays indexed
 * by `i` become registers on drivers that keep dynamically indexed arrays in memory (SwiftShader: 6 times slower).
 * The loop ends at the `}` of its own indentation; loops may nest.
 */
export function unroll(name: string, source: string): string {
  const constants = new Map([...source.matchAll(/^const (\w+) = (\d+)u?;/gm)].map(([, constant, value]) => [constant!, Number(value)]))
  const out: string[] = []
  const lines = source.split('\n')
  for (let i = 0; i < lines.length; i++) {
    const loop = UNROLLED_LOOP.exec(lines[i]!)
    if (!loop) {
      out.push(lines[i]!)
      continue
    }
    const [, indent, index, boundText] = loop
    const end = lines.indexOf(`${indent}}`, i)
    const bound = boundOf(boundText!, constants)
    if (end < 0 || bound === undefined) {
      throw new SignError(
        'ERR_SHADER',
        `${name}.wgsl:${i + 1}`,
        `wanted an unrollable loop, got bound '${boundText}'`,
        'Use a number or declared consts, and close it at its own indentation',
      )
    }
    const body = unroll(name, [...constantLines(constants), ...lines.slice(i + 1, end)].join('\n'))
      .split('\n')
      .slice(constants.size)
    for (let n = 0; n < bound; n++) {
      const turn = new RegExp(`\\b${index}\\b`, 'g')
      out.push(`${indent}{`, ...body.map((line) => line.replace(turn, `${n}u`)), `${indent}}`)
    }
    i = end
  }
  return out.join('\n')
}

const constantLines = (constants: ReadonlyMap<string, number>) =>
  [...constants].map(([constant, value]) => `const ${constant} = ${value}u;`)

/** `8u`, `TILE` or `TILE / 4u`. */
function boundOf(text: string, constants: ReadonlyMap<string, number>): number | undefined {
  const factors = text.split('/').map((part) => {
    const word = part.trim()
    return /^\d+u?$/.test(word) ? Number.parseInt(word, 10) : constants.get(word)
  })
  if (factors.some((factor) => factor === undefined)) return undefined
  return factors.slice(1).reduce((quotient: number, factor) => quotient / factor!, factors[0]!)
}
