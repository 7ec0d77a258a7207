// The file of candidates that `signllm ablate --variants` compares. A list; the first is what the others are compared with.
//
//   - { name: joints }
//   - { name: bones, set: { model.head: bones, loss.bones: 1 } }
//   - name: two-stage                                # trained twice: the second run goes on from the first one's last checkpoint
//     set: { noise.rate: 0 }
//     after: { noise.rate: 1, stop.steps: 500 }      # beside what `set` says
//
// A key is named by its path, entries of lists counted from 0 (`data.0.overlong`), or in its sections; its value takes the place of what is there, whole.

import * as z from 'zod'
import { SignError } from '../base/errors.js'
import { readText } from '../base/text_file.js'
import { name } from '../train/config/parts.js'
import { keys } from '../train/config/schema.js'
import { explain, placeOf, readYaml, type Yaml } from '../train/config/yaml_errors.js'
import type { Candidate, Complaints, StageName } from './ablation_candidates.js'

const changes = z.record(z.string().regex(/^\w+(\.\w+)*$/, 'wanted the path of a key, such as model.width'), z.unknown())

const variants = z
  .array(keys({ name, set: changes.default({}), after: changes.exactOptional() }))
  .min(1)
  .superRefine((list, context) => {
    for (const [i, { name }] of list.entries())
      if (list.findIndex((other) => other.name === name) < i)
        context.addIssue({ code: 'custom', path: [i, 'name'], message: `wanted each name once, got ${name} again` })
  })

/** Reads the candidates. Throws ERR_CONFIG with file, line and column. */
export async function readVariants(path: string): Promise<Candidate[]> {
  const source = await readText(path, { code: 'ERR_CONFIG', wanted: 'to read a file of variants' })
  const yaml = readYaml(source, path, 'a list of variants')
  const parsed = variants.safeParse(yaml.value, { reportInput: true })
  if (!parsed.success) throw explain(parsed.error.issues, yaml, path, 'list of variants')
  return parsed.data.map((variant, i) => ({ ...variant, complaints: complaintsAt(i, variant, yaml, path) }))
}

function complaintsAt(i: number, variant: Pick<Candidate, 'name' | 'set' | 'after'>, yaml: Yaml, path: string): Complaints {
  const at = (stage: StageName, key: string | undefined) =>
    key === undefined ? placeOf([i, 'name'], yaml, path) : placeOf([i, stage, key], yaml, path, 'key')
  const complaint = (where: string, problem: string, nextMove: string, cause?: unknown) =>
    new SignError('ERR_CONFIG', where, problem, nextMove, { cause })
  return {
    noKey: (stage, key) =>
      complaint(at(stage, key), `wanted a key of the run file, got '${key}'`, 'Name one by its path, such as model.width'),
    given: (stage, key, nextMove) =>
      complaint(at(stage, key), `wanted a key of the training itself, got '${key}', which is the same for every variant`, nextMove),
    value: (stage, got, cause) => complaint(at(stage, keyIn(got, variant[stage])), `variant ${variant.name}: ${got}`, 'Correct it', cause),
    data: (stage, cause) => {
      const where = stage === 'set' ? `variant ${variant.name}` : `the second training of variant ${variant.name}`
      return new SignError(cause.code, at(stage, undefined), `wanted ${where} to be trainable, got ${cause.message}`, 'Correct it', {
        cause,
      })
    },
  }
}

/** The changed key that a complaint of the run file's reader is about, by the place that it tells, as in `model.width`: wanted a number. */
function keyIn(got: string, set: Readonly<Record<string, unknown>> = {}): string | undefined {
  const place = /^`([^`]*)`: /.exec(got)?.[1]?.replaceAll(/\[(\d+)\]/g, '.$1')
  const unknown = /got `([^`]*)`/.exec(got)?.[1]
  const wanted = [place, unknown].filter((step) => step !== undefined).join('.')
  const changed = Object.keys(set)
  return (
    changed.find((key) => key === wanted) ??
    changed.find((key) => wanted.startsWith(`${key}.`)) ??
    changed.find((key) => key.startsWith(`${wanted}.`))
  )
}
