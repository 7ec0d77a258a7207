// `npm run docs`: the documentation site, into the folder `docs`: what the entries of the package export, and the guides in Markdown, as pages that load
// nothing from anywhere else. Every warning is an error, and so is a link that leads nowhere.

import { readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Application, Converter, LogLevel, ReflectionKind } from 'typedoc'
import { complaintsAbout } from './docs_check.js'
import { guides } from './guides.js'

const root = fileURLToPath(new URL('..', import.meta.url))
process.chdir(root)
const out = 'docs'
const pages = guides.filter((path) => path !== 'README.md')
/** @type {Readonly<Record<string, string>>} what an entry is imported by */
const entries = { index: 'signllm', web: 'signllm/web', data: 'signllm/data', formats: 'signllm/formats', engine: 'signllm/engine' }

const app = await Application.bootstrap({
  name: 'signllm',
  readme: 'README.md',
  entryPoints: Object.keys(entries).map((entry) => `src/${entry}.ts`),
  tsconfig: 'src/tsconfig.json',
  projectDocuments: pages,
  // `npm run types` checks them.
  skipErrorChecking: true,
  excludePrivate: true,
  excludeInternal: true,
  // Links to lines of a repository would be links to somewhere else.
  disableSources: true,
  githubPages: false,
  includeHierarchySummary: false,
  // What is named and not exported are the lists that types are derived from; public_types.test.ts sees to the types.
  validation: { notExported: false, invalidLink: true, notDocumented: false },
  highlightLanguages: ['typescript', 'javascript', 'json', 'bash', 'yaml', 'python', 'html', 'css', 'wgsl', 'diff'],
  treatWarningsAsErrors: true,
  logLevel: LogLevel.Warn,
})

// Entries by the names that they are imported by, guides by their headings.
app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
  for (const entry of project.getReflectionsByKind(ReflectionKind.Module)) entry.name = entries[entry.name] ?? entry.name
  for (const [i, page] of pages.entries()) {
    const document = project.documents?.[i]
    if (document) document.name = /^# (.+)$/m.exec(readFileSync(page, 'utf8'))?.[1] ?? document.name
  }
})

const project = await app.convert()
if (!project) throw new Error('wanted the sources to be read, got the errors above')
app.validate(project)
rmSync(out, { recursive: true, force: true })
await app.generateOutputs(project)
const complaints = complaintsAbout(out)
for (const complaint of complaints) console.error(complaint)
if (app.logger.hasErrors() || app.logger.hasWarnings() || complaints.length > 0) process.exit(1)
console.log(`${out}/index.html`)
