// What the package's entries promise to TypeScript: their declarations compile strictly, and every type that an exported signature names is
// exported too, so that users can write it down.

import { resolve } from 'node:path'
import ts from 'typescript'
import { beforeAll, describe, expect, it } from 'vitest'

const entries = ['index', 'web', 'data', 'formats', 'engine']
/** What is emitted of the sources, by path in `dist`. */
const emitted = new Map<string, string>()
let program: ts.Program
let checker: ts.TypeChecker

beforeAll(() => {
  const { config } = ts.readConfigFile('src/tsconfig.json', ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, resolve('src'))
  const sources = ts.createProgram(
    entries.map((entry) => resolve(`src/${entry}.ts`)),
    { ...options, emitDeclarationOnly: true, checkJs: false },
  )
  sources.emit(undefined, (path, text) => emitted.set(path, text))

  const strict = { ...options, noEmit: true, skipLibCheck: false, declaration: false, rootDir: resolve('.') }
  const host = ts.createCompilerHost(strict)
  const { readFile, fileExists, directoryExists, getSourceFile } = host
  host.readFile = (path) => emitted.get(resolve(path)) ?? readFile(path)
  host.fileExists = (path) => emitted.has(resolve(path)) || fileExists(path)
  // A clone has no such folders before it is built.
  host.directoryExists = (path) =>
    [...emitted.keys()].some((file) => file.startsWith(`${resolve(path)}/`)) || directoryExists!.call(host, path)
  host.getSourceFile = (path, version, ...rest) => {
    const text = emitted.get(resolve(path))
    return text === undefined ? getSourceFile(path, version, ...rest) : ts.createSourceFile(path, text, version)
  }
  program = ts.createProgram(
    entries.map((entry) => resolve(`dist/${entry}.d.ts`)),
    strict,
    host,
  )
  checker = program.getTypeChecker()
}, 300_000)

const target = (symbol: ts.Symbol): ts.Symbol => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol)
const isOurs = (node: ts.Node): boolean => emitted.has(resolve(node.getSourceFile().fileName))

/** Types of ours that the exports of an entry name and that it does not export: each with one export that names it. */
function unexported(entry: string): string[] {
  const file = program.getSourceFile(resolve(`dist/${entry}.d.ts`))!
  const exported = new Set(checker.getExportsOfModule(checker.getSymbolAtLocation(file)!).map(target))
  const missing = new Map<string, string>()
  for (const symbol of exported) for (const declaration of symbol.declarations ?? []) if (isOurs(declaration)) visit(declaration, symbol)
  return [...missing].map(([name, by]) => `${name}, of ${by}`).sort()

  function visit(node: ts.Node, of: ts.Symbol): void {
    if (ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword)) return
    const named = nameOf(node)
    if (named) {
      const symbol = target(checker.getSymbolAtLocation(named)!)
      const declaration = symbol.declarations?.[0]
      const isName = declaration && !ts.isTypeParameterDeclaration(declaration) && isOurs(declaration)
      if (isName && !exported.has(symbol))
        missing.set(`${symbol.name} (${declaration.getSourceFile().fileName.replace(/.*\/dist\//, '')})`, of.name)
    }
    ts.forEachChild(node, (child) => visit(child, of))
  }
}

function nameOf(node: ts.Node): ts.Node | undefined {
  if (ts.isTypeReferenceNode(node)) return node.typeName
  if (ts.isExpressionWithTypeArguments(node)) return node.expression
  if (ts.isImportTypeNode(node)) return node.qualifier
  return undefined
}

describe('the declarations', () => {
  it('compile strictly', () => {
    const found = program
      .getSourceFiles()
      .filter(isOurs)
      .flatMap((file) => program.getSemanticDiagnostics(file))
    expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])
  })

  it.each(entries)('%s exports every type that its signatures name', (entry) => {
    expect(unexported(entry)).toEqual([])
  })
})
