// Profiles as files.

import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import { readText } from '../base/text_file.js'
import { FORMAT, type Profile } from './profile.js'

/** Writes a profile. Throws ERR_OUTPUT where it cannot be written. */
export async function saveProfile(path: string, profile: Profile): Promise<void> {
  await writeWhole(path, `${JSON.stringify(profile)}\n`)
}

/** Reads one that `saveProfile` wrote. Throws ERR_DATA for a file that cannot be read, is no JSON, or holds something else. */
export async function readProfile(path: string): Promise<Profile> {
  const nextMove = 'Make one with signllm profile … --out'
  const refuse = (got: string, cause?: unknown) =>
    new SignError('ERR_DATA', path, `wanted a saved profile, got ${got}`, nextMove, { cause })
  const text = await readText(path, { wanted: 'a saved profile', nextMove })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw refuse((cause as Error).message, cause)
  }
  const format = typeof value === 'object' && value !== null && 'format' in value ? value.format : undefined
  if (format !== FORMAT) throw refuse(format === undefined ? 'other JSON' : `format '${String(format)}', not '${FORMAT}'`)
  return value as Profile
}
