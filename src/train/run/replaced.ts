// The run that an overwriting one finds: set aside whole until the new one has a checkpoint of its own, so that whatever ends the new one
// before that takes nothing away. A folder's name says how far that is, and whoever comes next finishes what was cut off:
//
//   .replaced-run.moving   files on their way out or back: they belong back
//   .replaced-run          all of the older run
//   .replaced-run.done     no longer wanted

import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { output } from '../../base/files.js'

const placesOf = (out: string) => ({
  moving: join(out, '.replaced-run.moving'),
  aside: join(out, '.replaced-run'),
  done: join(out, '.replaced-run.done'),
})

/** Sets files of a run's folder aside. All of them, or none: throws ERR_OUTPUT where one cannot be moved. */
export async function setAside(out: string, names: readonly string[]): Promise<void> {
  if (names.length === 0) return
  const { moving, aside } = placesOf(out)
  try {
    await output(moving, 'make room for the older run', () => mkdir(moving))
    for (const name of names) await output(join(out, name), 'set it aside', () => rename(join(out, name), join(moving, name)))
    await output(aside, 'set the older run aside', () => rename(moving, aside))
  } catch (error) {
    await moveBack(out)
    throw error
  }
}

/** Puts the older run back, where one is aside; what of `ours` the new one wrote is removed. Throws ERR_OUTPUT. */
export async function putBack(out: string, ours: (name: string) => boolean): Promise<void> {
  const { moving, aside } = placesOf(out)
  if (!existsSync(aside)) return
  await output(out, 'put the older run back', async () => {
    for (const name of await readdir(out)) if (ours(name)) await rm(join(out, name))
    await rename(aside, moving)
  })
  await moveBack(out)
}

/** Removes the older run, where one is aside. Throws ERR_OUTPUT. */
export async function dropReplaced(out: string): Promise<void> {
  const { aside, done } = placesOf(out)
  await output(aside, 'remove the older run', async () => {
    if (existsSync(aside)) await rename(aside, done)
    await rm(done, { recursive: true, force: true })
  })
}

/** Finishes what a process that was killed had begun; `saved` tells whether the new run has a checkpoint. Throws ERR_OUTPUT. */
export async function recover(out: string, saved: boolean, ours: (name: string) => boolean): Promise<void> {
  if (existsSync(placesOf(out).moving)) await moveBack(out)
  else if (!saved) await putBack(out, ours)
  await dropReplaced(out)
}

async function moveBack(out: string): Promise<void> {
  const { moving } = placesOf(out)
  if (!existsSync(moving)) return
  await output(out, 'put the older run back', async () => {
    for (const name of await readdir(moving)) await rename(join(moving, name), join(out, name))
    await rmdir(moving)
  })
}
