// The sources as a compiler sees them: what each imports, in whatever way, and what of Node's it uses.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import ts from 'typescript'

export interface Import {
  readonly to: string
  /** The source it leads to, from the package's root; undefined for packages and what is Node's. */
  readonly file: string | undefined
  readonly typeOnly: boolean
}

export interface Source {
  /** From the package's root, with slashes. */
  readonly path: string
  readonly imports: readonly Import[]
  /** Modules and globals that only Node has. */
  readonly ofNode: readonly string[]
}

/** What is in a folder and below, without tests: one may look at its subject from outside. */
export function sourcesIn(folder: string): Source[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => slashed(`${folder}/${path}`))
    .filter((path) => /\.[jt]s$/.test(path) && !/\.(test|testing|d)\.ts$/.test(path) && !path.includes('/generated/'))
    .sort()
    .map((path) => importsOf({ path, text: readFileSync(path, 'utf8') }))
}

/** The folder of a source that the table of imports knows it by; undefined for those in none. */
export function roomOf(path: string): string | undefined {
  const [, room, next] = path.split('/')
  if (next === undefined) return undefined
  return room === 'platform' ? `${room}/${next}` : room
}

const NODE_GLOBALS = new Set([
  'process',
  'Buffer',
  'setImmediate',
  'clearImmediate',
  '__dirname',
  '__filename',
  'require',

  'global',
  'NodeJS',
])

export function importsOf({ path, text }: { readonly path: string; readonly text: string }): Source {
  const from = slashed(path)
  const imports: Import[] = []
  const globals: string[] = []
  const take = (specifier: ts.Node | undefined, typeOnly: boolean) => {
    if (!specifier || !ts.isStringLiteral(specifier)) return
    imports.push({ to: specifier.text, file: fileOf(from, specifier.text), typeOnly })
  }
  const look = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) take(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword)
    else if (ts.isExportDeclaration(node)) take(node.moduleSpecifier, node.isTypeOnly)
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) take(node.arguments[0], false)
    else if (ts.isImportTypeNode(node)) take(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true)
    else if (ts.isIdentifier(node) && NODE_GLOBALS.has(node.text) && isUse(node)) globals.push(node.text)
    ts.forEachChild(node, look)
  }
  look(ts.createSourceFile(from, text, ts.ScriptTarget.Latest, true))
  const builtins = imports.map(({ to }) => to).filter((to) => to.startsWith('node:') || builtinModules.includes(to))
  return { path: from, imports, ofNode: [...builtins, ...new Set(globals)] }
}

/** Whether a name stands for what it names; as a property of something else it does not, unless that is the global object. */
function isUse(name: ts.Identifier): boolean {
  const { parent } = name
  if (ts.isPropertyAccessExpression(parent) && parent.name === name) return parent.expression.getText() === 'globalThis'
  const isKey = ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isPropertyDeclaration(parent)
  return !(isKey && parent.name === name) && !(ts.isMethodDeclaration(parent) && parent.name === name)
}

function fileOf(from: string, to: string): string | undefined {
  if (!to.startsWith('.')) return undefined
  const target = posix.join(posix.dirname(from), to)
  // What threads and pages run is JavaScript as it stands; generated files need not be there yet.
  return /\/generated\/\w+\.js$/.test(target) || existsSync(target) ? target : target.replace(/\.js$/, '.ts')
}

const slashed = (path: string): string => path.replaceAll('\\', '/')

/** The ways along imports that lead back to where they began, each told once. */
export function circles(sources: readonly Source[]): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]))
  const found: string[] = []
  const done = new Set<string>()
  const visit = (path: string, way: readonly string[]): void => {
    const at = way.indexOf(path)
    if (at >= 0) return void found.push([...way.slice(at), path].join(' → '))
    if (done.has(path)) return
    for (const { file } of byPath.get(path)?.imports ?? []) if (file !== undefined && byPath.has(file)) visit(file, [...way, path])
    done.add(path)
  }
  for (const { path } of sources) visit(path, [])
  return found
}

/** A source and everything it reaches by imports that are more than types: packages by their names, sources by their paths. */
export function closureOf(entry: string): { readonly sources: readonly Source[]; readonly packages: readonly string[] } {
  const sources = new Map<string, Source>()
  const packages = new Set<string>()
  const reach = (path: string): void => {
    if (sources.has(path) || path.includes('/generated/')) return
    const source = importsOf({ path, text: readFileSync(path, 'utf8') })
    sources.set(path, source)
    for (const { to, file, typeOnly } of source.imports) {
      if (typeOnly) continue
      if (file === undefined) packages.add(to)
      else reach(file)
    }
  }
  reach(entry)
  return { sources: [...sources.values()], packages: [...packages].sort() }
}
