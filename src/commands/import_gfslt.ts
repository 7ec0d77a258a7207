// `signllm import` of a checkpoint of the released GFSLT-VLP's second stage, as a sign translation model.

import { SignError } from '../base/errors.js'
import { saveCheckpoint } from '../checkpoint/file.js'
import { signTranslationContent } from '../checkpoint/sign_translation.js'
import { SIGN_TRANSLATION } from '../checkpoint/tasks.js'
import { SignTranslationModel } from '../model/sign_translation.js'
import { type ReleasedSignTranslation, releasedSignTranslation } from '../tasks/sign_translation/released.js'
import { readPieces } from '../text/pieces/piece_file.js'
import { openAdapter } from './adapter.js'
import { readStateDict } from './imported_parts.js'
import type { Listener } from './say.js'

export interface GfsltImport extends Listener, Omit<ReleasedSignTranslation, 'languages' | 'text'> {
  readonly out: string
  readonly lang: string
  /** Tokenizer file, a `.model` of mBART or a tokenizer.json. */
  readonly tokens?: string | undefined
  /** Of a `.model`: the language of its text, such as `de_DE`. */
  readonly textLanguage?: string | undefined
  readonly adapter?: string | undefined
}

/**
 * Converts the file, or the files of an index, and returns the model's sizes. Throws ERR_USAGE where no tokenizer is named, ERR_CHECKPOINT for tensors that make no
 * such model, ERR_CONFIG for sizes that cannot be.
 */
export async function importGfslt(path: string, options: GfsltImport) {
  const { out, lang, tokens, textLanguage: language } = options
  if (tokens === undefined) {
    const problem = 'wanted the pieces that its words are made of, which no tensor tells, got none'
    throw new SignError('ERR_USAGE', path, problem, 'Name its tokenizer file: --tokens')
  }
  const text = await readPieces(tokens, {
    ...(tokens.endsWith('.model') && { layout: 'mbart' }),
    ...(language !== undefined && { language }),
  })
  const theirs = await readStateDict(path, { check: () => undefined })
  const { description, tensors } = releasedSignTranslation(theirs, { ...options, languages: [lang], text }, path)
  const { gpu } = await openAdapter({ adapter: options.adapter }, options)
  try {
    await using model = new SignTranslationModel(gpu, description, { tensors, who: path })
    await saveCheckpoint(out, await signTranslationContent(model))
    const { signs, transformer, ...sizes } = model.config
    return { task: SIGN_TRANSLATION, out, language: lang, vocabulary: text.size, ...signs, ...sizes, ...transformer }
  } finally {
    await gpu.destroy()
  }
}
