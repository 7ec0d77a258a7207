// A model in several safetensors files, as larger ones are published: `model.safetensors.index.json` says which tensor lies in which file beside it.

import { basename, dirname, join } from 'node:path'
import { readText } from '../../base/text_file.js'
import { readSafetensors, readSafetensorsKinds } from './file.js'
import type { ReadTensorsOptions } from './parse.js'
import { badCheckpoint, type TensorFile, type TensorKind } from './types.js'

/** Reads a safetensors file, or all the files of an index of them, as one. Throws as {@link readSafetensors}. */
export function readSafetensorsOrIndex(path: string, options: ReadTensorsOptions = {}): Promise<TensorFile> {
  return path.endsWith('.index.json') ? readIndexed(path, options) : readSafetensors(path, options)
}

/** What a file, or all those of an index, say of their tensors, none of which is read. Throws as {@link readSafetensors}. */
export async function readKindsOrIndex(path: string): Promise<Map<string, TensorKind>> {
  const kinds = await Promise.all((await shardFiles(path)).map(readSafetensorsKinds))
  return new Map(kinds.flatMap((of) => [...of]))
}

/** The files that a path names: one, or those of an index in the order of their names. Throws ERR_CHECKPOINT for an index that cannot be read. */
export async function shardFiles(path: string): Promise<string[]> {
  if (!path.endsWith('.index.json')) return [path]
  return [...new Set((await readIndex(path)).values())].sort().map((shard) => join(dirname(path), shard))
}

async function readIndexed(path: string, { wants = () => true, visit }: ReadTensorsOptions): Promise<TensorFile> {
  const places = await readIndex(path)
  const tensors: TensorFile['tensors'] = new Map()
  const read = new Set<string>()
  let checked = true
  for (const shard of new Set(places.values())) {
    // What the index puts elsewhere is passed by; what it does not name is not: nobody may miss it.
    const file = await readSafetensors(join(dirname(path), shard), {
      wants: (name) => wants(name) && (places.get(name) ?? shard) === shard && read.add(name) !== undefined,
      ...(visit && { visit }),
    })
    for (const [name, tensor] of file.tensors) tensors.set(name, tensor)
    checked &&= file.checked
  }
  const lost = [...places].find(([name]) => wants(name) && !read.has(name))
  if (lost) throw badCheckpoint(path, `wanted tensor "${lost[0]}" in ${lost[1]}, got none`, 'Fetch all the files of the model')
  return { tensors, metadata: {}, checked }
}

/** File names by tensor. */
async function readIndex(path: string): Promise<Map<string, string>> {
  const text = await readText(path, { code: 'ERR_CHECKPOINT', wanted: 'an index of safetensors files' })
  let parsed: { weight_map?: unknown } | null
  try {
    parsed = JSON.parse(text)
  } catch (cause) {
    throw badCheckpoint(path, `wanted JSON, got ${(cause as Error).message}`, undefined, { cause })
  }
  const map = parsed?.weight_map
  if (typeof map !== 'object' || map === null)
    throw badCheckpoint(path, 'wanted "weight_map", got none', 'Name an index of safetensors files')
  for (const [name, shard] of Object.entries(map)) {
    // Anyone may have written it: no file but those beside it.
    if (typeof shard !== 'string' || basename(shard) !== shard || !/^[^/\\:]+\.safetensors$/.test(shard))
      throw badCheckpoint(path, `wanted "${name}" in a .safetensors file beside the index, got ${JSON.stringify(shard)}`)
  }
  return new Map(Object.entries(map as Record<string, string>))
}
