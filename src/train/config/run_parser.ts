// Reads the run files of a task by its schema.

import type * as z from 'zod'
import type { Warn } from '../run/file.js'
import { explain, type RenamedKey, readYaml, withNewNames } from './yaml_errors.js'

/**
 * A task's way to read a run file's text; `who` is its name in messages, `warn` is told of older names of keys. It throws ERR_CONFIG with
 * `file:line:column` of each unknown key and bad value.
 */
export function runParser<S extends z.ZodType>(schema: S, renamed: readonly RenamedKey[] = []) {
  return (source: string, who: string, warn: Warn = () => {}): z.output<S> => {
    const yaml = withNewNames(readYaml(source, who), renamed, who, warn)
    const parsed = schema.safeParse(yaml.value, { reportInput: true })
    if (parsed.success) return parsed.data
    throw explain(parsed.error.issues, yaml, who)
  }
}
