// Reads the run files of a task by its schema.

import type * as z from 'zod'
import type { Warn } from '../run/file.js'
import { explain, type RenamedKey, readYaml, withNewNames } from './yaml_errors.js'

/**
 * A task's way to read a run file's text; `who` is its name in messages, `warn` is told of older names of keys, and what `notes` has to say of a file as it is
 * written. It throws ERR_CONFIG with `file:line:column` of each unknown key and bad value.
 */
export function runParser<S extends z.ZodType>(
  schema: S,
  renamed: readonly RenamedKey[] = [],
  notes: (written: z.input<S>, read: z.output<S>) => readonly string[] = () => [],
) {
  return (source: string, who: string, warn: Warn = () => {}): z.output<S> => {
    const yaml = withNewNames(readYaml(source, who), renamed, who, warn)
    const parsed = schema.safeParse(yaml.value, { reportInput: true })
    if (!parsed.success) throw explain(parsed.error.issues, yaml, who)
    for (const note of notes(yaml.value as z.input<S>, parsed.data)) warn(`${who}: ${note}`)
    return parsed.data
  }
}
