// `signllm page`: a folder with the page that signs and its models, for any static host.

import { readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import { readCheckpoint } from '../checkpoint/file.js'
import { POSE_TO_TEXT, TEXT_TO_POSE } from '../checkpoint/tasks.js'
import type { PageModel } from '../outputs/signing_page/data.js'
import { signingPage } from '../outputs/signing_page/page.js'
import { signingScripts } from './signing_scripts.js'

export interface PageCommandOptions {
  /** The folder, made where it is not there. */
  readonly out: string
  /** Model files or checkpoints, of sentences or of signing; the page opens the first of each. */
  readonly models: readonly string[]
  readonly overwrite?: boolean | undefined
}

/** What was written. */
export interface PageSummary {
  readonly out: string
  readonly models: readonly PageModel[]
  /** Bytes of the page and of the scripts that it loads at once, without models. */
  readonly pageBytes: number
  readonly files: readonly string[]
}

const FOLDER = 'models'

/**
 * Writes the page. Throws ERR_CHECKPOINT for a model that is damaged or for a task that the page has no use for, ERR_USAGE for two models of one file name, ERR_OUTPUT where there
 * is a page already (without `overwrite`) or it cannot be written.
 */
export async function writePage({ out, models: paths, overwrite = false }: PageCommandOptions): Promise<PageSummary> {
  const index = join(out, 'index.html')
  if (!overwrite && (await stat(index).catch(() => undefined)))
    throw new SignError(
      'ERR_OUTPUT',
      index,
      'wanted to write a page, got one that is there already',
      'Pass --overwrite, or name another folder',
    )
  const models: (PageModel & { readonly path: string })[] = []
  for (const path of paths) models.push(await pageModel(path, models))
  const files = signingPage({ models: models.map(({ path: _, ...model }) => model) }, await signingScripts())
  for (const { path, address } of models) await writeWhole(join(out, address), await readFile(path))
  // The page last: until it is there, nobody asks for the rest.
  for (const [name, { body }] of [...files].reverse()) await writeWhole(join(out, name), body)
  const atOnce = ['index.html', 'page.js', 'worker.js'].map((name) => Buffer.byteLength(files.get(name)!.body))
  return {
    out,
    models: models.map(({ path: _, ...model }) => model),
    pageBytes: atOnce.reduce((sum, bytes) => sum + bytes),
    files: [...files.keys(), ...models.map(({ address }) => address)],
  }
}

/** A model beside the page. Throws as {@link writePage}. */
async function pageModel(path: string, before: readonly PageModel[]): Promise<PageModel & { readonly path: string }> {
  const { task, card } = await readCheckpoint(path)
  if (task !== TEXT_TO_POSE && task !== POSE_TO_TEXT) {
    const problem = `wanted a model that signs (${TEXT_TO_POSE}) or translates (${POSE_TO_TEXT}), got ${task}`
    throw new SignError('ERR_CHECKPOINT', path, problem, 'Name another model')
  }
  const address = `${FOLDER}/${encodeURIComponent(basename(path))}`
  if (before.some((model) => model.address === address))
    throw new SignError('ERR_USAGE', path, `wanted models whose files are named differently, got two named ${basename(path)}`, 'Rename one')
  return { path, address, name: card?.name ?? basename(path), task, bytes: (await stat(path)).size }
}

/** The summary as lines. */
export function formatPage({ out, models, pageBytes }: PageSummary): string {
  const names = models.map(({ name }) => name).join(', ') || 'no model: its users open their own'
  return `${join(out, 'index.html')}: ${names}\n${Math.round(pageBytes / 1000)} kB without models and what is fetched when it is needed; browsers give a GPU to pages from https: and from this machine`
}
