// Complaints about a run file, each with the line and column where the reader must look.

import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml'
import type * as z from 'zod'
import { SignError } from '../../base/errors.js'
import { suggestion } from './schema.js'

/** A YAML text read, with what is needed to find a value's place in it. */
export interface Yaml {
  readonly value: unknown
  readonly document: Document
  readonly lines: LineCounter
}

/** Reads YAML 1.2 of what is wanted. Throws ERR_CONFIG with line and column: bad syntax, a key that occurs twice, no content, endless aliases. */
export function readYaml(source: string, who: string, wanted = 'a run'): Yaml {
  const lines = new LineCounter()
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, logLevel: 'error' })
  const error = document.errors[0]
  if (error) {
    const { line, col } = lines.linePos(error.pos[0])
    throw fault(`${who}:${line}:${col}`, `wanted YAML, got an error: ${error.message.replace(/\.$/, '')}`)
  }
  if (document.contents === null) throw fault(`${who}:1:1`, `wanted ${wanted}, got an empty file`)
  try {
    return { value: document.toJS(), document, lines }
  } catch (cause) {
    throw fault(`${who}:1:1`, `wanted YAML, got an error: ${(cause as Error).message}`)
  }
}

/** An older name of a key: the path to it, `*` for every entry of a list, and what it is called now. */
export interface RenamedKey {
  readonly path: readonly string[]
  readonly now: string
}

/** The same with older names of keys replaced, each told to `warn` with its place. A key that is there under both names is left: it is a complaint. */
export function withNewNames({ document, lines }: Yaml, renamed: readonly RenamedKey[], who: string, warn: (note: string) => void): Yaml {
  for (const { path, now } of renamed) {
    for (const map of mapsAt(document.contents as Node | null, path.slice(0, -1))) {
      const old = path.at(-1)!
      const key = map.items.map((pair) => pair.key).find((key) => isScalar(key) && key.value === old)
      if (!isScalar(key) || map.has(now)) continue
      key.value = now
      const { line, col } = lines.linePos(key.range?.[0] ?? 0)
      warn(`${who}:${line}:${col}: \`${old}\` is called \`${now}\` now`)
    }
  }
  return { value: document.toJS(), document, lines }
}

/** The maps at the end of a path. */
function mapsAt(node: Node | null, [step, ...rest]: readonly string[]): YAMLMap[] {
  if (step === undefined) return isMap(node) ? [node] : []
  if (step === '*') return isSeq(node) ? node.items.flatMap((item) => mapsAt(item as Node | null, rest)) : []
  return isMap(node) ? mapsAt((node.get(step, true) as Node | undefined) ?? null, rest) : []
}

/** One error that tells all complaints, in the order of the file, which is of a kind. */
export function explain(issues: readonly z.core.$ZodIssue[], { document, lines }: Yaml, who: string, kind = 'run file'): SignError {
  const complaints = issues
    .map((issue) => {
      const { line, col } = lines.linePos(offsetOf(issue, document))
      return { line, col, text: `${place(issue.path)}${wording(issue)}` }
    })
    .sort((a, b) => a.line - b.line || a.col - b.col)
  const [first, ...rest] = complaints as [(typeof complaints)[number], ...typeof complaints]
  const others = rest.map(({ line, col, text }) => `\n  ${who}:${line}:${col}: ${text}`).join('')
  return fault(`${who}:${first.line}:${first.col}`, first.text + others, kind)
}

function fault(who: string, problem: string, kind = 'run file'): SignError {
  return new SignError('ERR_CONFIG', who, problem, `Correct the ${kind}`)
}

/** `file:line:column` of a value, or of the key that has it, by the way to it. */
export function placeOf(path: readonly (string | number)[], { document, lines }: Yaml, who: string, of: 'key' | 'value' = 'value'): string {
  const steps = of === 'key' ? path.slice(0, -1) : path
  const issue = of === 'key' ? { code: 'unrecognized_keys', keys: [String(path.at(-1))] } : { code: 'custom' }
  const { line, col } = lines.linePos(offsetOf({ ...issue, path: steps, message: '' } as z.core.$ZodIssue, document))
  return `${who}:${line}:${col}`
}

/** Where the culprit starts: an unknown key, a value, or what should hold a missing value. */
function offsetOf(issue: z.core.$ZodIssue, document: Document): number {
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path
  let node = document.contents as Node | null
  let offset = node?.range?.[0] ?? 0
  for (const [depth, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document) ?? null
    let key: Node | null = null
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      if (!pair) break
      key = pair.key as Node
      node = pair.value as Node | null
    } else if (isSeq(node)) node = (node.items[Number(step)] ?? null) as Node | null
    else break
    // A value has the place of interest, but for an object with something missing, and for an unknown key, that is the key.
    const last = depth === path.length - 1
    const spot = last && issue.code !== 'unrecognized_keys' ? (node ?? key) : (key ?? node)
    offset = spot?.range?.[0] ?? offset
  }
  return offset
}

/** `model.width: `, or nothing at the top. */
function place(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('')
  return steps === '' ? '' : `\`${steps.replace(/^\./, '')}\`: `
}

const typeNames: Record<string, string> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'keys with values',
}

function wording(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `wanted ${typeNames[issue.expected] ?? issue.expected}, got ${show(issue.input)}`
    case 'invalid_value': {
      const known = issue.values.map(String)
      return `wanted ${known.length > 1 ? 'one of ' : ''}${known.join(', ')}, got ${show(issue.input)}${suggestion(String(issue.input), known)}`
    }
    case 'too_small':
      return `wanted ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}${unit(issue.origin)}, got ${show(issue.input)}`
    case 'too_big':
      return `wanted ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}${unit(issue.origin)}, got ${show(issue.input)}`
    case 'invalid_format':
      return `${issue.message}, got ${show(issue.input)}`
    default:
      return issue.message
  }
}

function unit(origin: string): string {
  if (origin === 'array') return ' in the list'
  return origin === 'string' ? ' letter' : ''
}

function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : typeof value === 'number' ? String(value) : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
