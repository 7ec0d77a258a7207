// Templates of prompts that a user wrote, for sign languages that we have none of: a YAML file, by tag.

import { parse } from 'yaml'
import * as z from 'zod'
import { SignError } from '../base/errors.js'
import { readText } from '../base/text_file.js'
import { SENTENCE_PLACE, type TemplatesOf } from '../text/prompts.js'

const sentences = z.array(z.string().refine((text) => text.split(SENTENCE_PLACE).length === 2, `wanted ${SENTENCE_PLACE} once`)).min(1)
const file = z.record(
  z.string().regex(/^[A-Z][A-Z0-9-]*$/, 'wanted a tag such as BSL'),
  z.strictObject({ named: sentences, unnamed: sentences }),
)

/**
 * The templates in a file: `named` say which sign language is meant, `unnamed` do not, each with `{sentence}` where the sentence goes.
 * Throws ERR_DATA naming the file and the place for what is no such file.
 */
export async function readPromptTemplates(path: string): Promise<TemplatesOf> {
  const text = await readText(path)
  const refuse = (problem: string): never => {
    throw new SignError('ERR_DATA', path, problem, 'Write BSL: { named: [...], unnamed: [...] }, each with {sentence} in it')
  }
  let content: unknown
  try {
    content = parse(text)
  } catch (error) {
    return refuse(`wanted YAML, got ${(error as Error).message.split('\n')[0]}`)
  }
  const read = file.safeParse(content)
  if (read.success) return read.data
  const [issue] = read.error.issues
  return refuse(`wanted templates by language, got at ${issue!.path.join('.') || 'the top'}: ${issue!.message}`)
}
