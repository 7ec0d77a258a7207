// The files of one video, whether they lie in a folder or in a shard.

import { existsSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { foldersIn, namesIn, unreadable } from '../../base/folder.js'
import { readTarEntry, type TarEntry, tarEntries } from '../tar.js'

export interface StoredFile {
  /** Without its folders. */
  readonly name: string
  /** For messages. */
  readonly who: string
  read(): Promise<Uint8Array>
}

/** A video as it is stored: `<id>/captions/…` and `<id>/npz/…`. */
export interface StoredVideo {
  readonly id: string
  /** What errors name. */
  readonly who: string
  readonly captions: readonly StoredFile[]
  /** `poses.npz`, or `NNNNNNNN.npz` or `.npy` a frame. */
  readonly poses: readonly StoredFile[]
  /** The mark of a finished extraction, where there is one. */
  readonly complete: StoredFile | undefined
}

const fileAt = (folder: string, name: string): StoredFile => {
  const path = join(folder, name)
  return {
    name,
    who: path,
    read: () =>
      readFile(path).catch((cause: unknown) => {
        throw unreadable(path, cause)
      }),
  }
}

/** All poses of a video in one file. */
export const WHOLE = 'poses.npz'

const isPoses = (name: string): boolean => /^(poses|\d{1,9})\.npz$|^\d{1,9}\.npy$/i.test(name)
/** Of files that hold the same, those of one kind. */
function oneKind(names: readonly string[]): string[] {
  const kinds = [(name: string) => name === WHOLE, (name: string) => /\.npz$/i.test(name), () => true]
  return kinds.map((kind) => names.filter(kind)).find((found) => found.length > 0) ?? []
}

/** Where poses lie in a video's folder: as in SignVerse-2M, and as Prompt2Sign's tool leaves them. */
const poseFolders = ['npz', 'npy', join('results_dwpose', 'npz'), join('results_dwpose', 'npy'), '.']

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

/** The video in a folder; undefined where no poses lie in it. */
export async function videoIn(folder: string): Promise<StoredVideo | undefined> {
  for (const place of poseFolders) {
    const path = join(folder, place)
    if (!isFolder(path)) continue
    const names = (await namesIn(path)).filter(isPoses)
    const poses = oneKind(names)
    if (poses.length === 0) continue
    const captions = join(folder, 'captions')
    return {
      id: basename(folder),
      who: folder,
      captions: isFolder(captions) ? (await namesIn(captions)).map((name) => fileAt(captions, name)) : [],
      poses: poses.map((name) => fileAt(path, name)),
      complete: existsSync(join(path, '.complete')) ? fileAt(path, '.complete') : undefined,
    }
  }
  return undefined
}

/** Folders without poses after which no more are looked at: other detectors write tens of thousands of folders. */
const ENOUGH = 100

/** The videos in the folders of a folder, by name. */
export async function videosBelow(folder: string): Promise<StoredVideo[]> {
  const videos: StoredVideo[] = []
  for (const [i, name] of (await foldersIn(folder)).entries()) {
    if (i >= ENOUGH && videos.length === 0) break
    const video = await videoIn(join(folder, name))
    if (video) videos.push(video)
  }
  return videos
}

/** The videos in a shard, in its order, by its headers alone. Throws as `tarEntries`. */
export async function videosInShard(path: string, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<StoredVideo[]> {
  const videos = new Map<string, { captions: StoredFile[]; poses: StoredFile[]; complete: StoredFile | undefined }>()
  for await (const entry of tarEntries(path, options)) {
    const place = /(?:^|\/)([^/]+)\/(captions|npz)\/([^/]+)$/.exec(entry.name)
    if (!place) continue
    const [, id, folder, name] = place as unknown as [string, string, string, string]
    const video = videos.get(id) ?? { captions: [], poses: [], complete: undefined }
    videos.set(id, video)
    const file = entryFile(path, entry, name)
    if (folder === 'captions') video.captions.push(file)
    else if (name === '.complete') video.complete = file
    else if (isPoses(name)) video.poses.push(file)
  }
  return [...videos].flatMap(([id, { captions, poses, complete }]) => {
    const kept = new Set(oneKind(poses.map(({ name }) => name)))
    if (kept.size === 0) return []
    return [{ id, who: `${path}, '${id}'`, captions, poses: poses.filter(({ name }) => kept.has(name)), complete }]
  })
}

function entryFile(path: string, entry: TarEntry, name: string): StoredFile {
  return { name, who: `${path}, '${entry.name}'`, read: () => readTarEntry(path, entry) }
}
