// `signllm import` of a whole checkpoint of the released Sign2GPT: of its first stage as a pseudo-gloss model, of its second as a sign-to-text model.

import { SignError } from '../base/errors.js'
import { linesOfText, readText } from '../base/text_file.js'
import type { CheckpointContent } from '../checkpoint/checkpoint.js'
import { saveCheckpoint } from '../checkpoint/file.js'
import { pseudoGlossContent } from '../checkpoint/pseudo_gloss.js'
import { signToTextContent } from '../checkpoint/sign_to_text.js'
import { PSEUDO_GLOSS, SIGN_TO_TEXT } from '../checkpoint/tasks.js'
import type { Gpu } from '../device/gpu.js'
import { loadReleasedPseudoGloss } from '../tasks/pseudo_gloss/released.js'
import { loadReleasedSignToText, type ReleasedSignToText } from '../tasks/sign_to_text/released.js'
import { openSign2gpt, type ReleasedSigns, type Sign2gptFile } from '../tasks/sign2gpt_file.js'
import type { ReleasedImages } from '../tasks/sign2gpt_images.js'
import { readPieces } from '../text/pieces/piece_file.js'
import { openAdapter } from './adapter.js'
import type { Listener } from './say.js'

export interface Sign2gptImport
  extends Listener,
    Omit<ReleasedSigns, 'languages' | 'images'>,
    Pick<ReleasedSignToText, 'alpha' | 'gate' | 'maxTokens'> {
  readonly out: string
  readonly lang: string
  readonly adapter?: string | undefined
  /** Of a first stage: file with the word of one class a line, in the order of its prototypes. */
  readonly classes?: string | undefined
  /** Of a first stage: file with those of them that were no targets. */
  readonly ubiquitous?: string | undefined
  /** Of a second stage: path of the language model it was trained over; default the one that the checkpoint holds. */
  readonly languageModel?: string | undefined
  /** What that one's matrices are stored as; default f16 for published files. */
  readonly stored?: 'f32' | 'f16' | undefined
  /** Of a second stage: tokenizer file; default the one beside the language model. */
  readonly tokens?: string | undefined
  /** Of a model of video: attention heads of the image encoder; default of 64 numbers each. */
  readonly imageHeads?: number | undefined
  /** Of a model of video: pixels a side; default 224. */
  readonly imageSize?: number | undefined
  /** Of a model of video: α of the image encoder's adapters; default 4 for adapters of rank 4. */
  readonly imageAlpha?: number | undefined
}

const ofFirst = ['classes', 'ubiquitous'] as const
const ofImages = ['imageHeads', 'imageSize', 'imageAlpha'] as const
const ofSecond = ['languageModel', 'stored', 'tokens', 'alpha', 'gate', 'maxTokens'] as const

/** Converts the file and returns the model's sizes. Throws as `loadReleasedPseudoGloss` and `loadReleasedSignToText`, and ERR_USAGE for options of the other stage. */
export async function importSign2gpt(path: string, options: Sign2gptImport) {
  const file = await openSign2gpt(path)
  const { gpu } = await openAdapter({ adapter: options.adapter }, options)
  try {
    return await (file.stage === 1 ? importFirst(gpu, file, options) : importSecond(gpu, file, options))
  } finally {
    await gpu.destroy()
  }
}

async function importFirst(gpu: Gpu, file: Sign2gptFile, options: Sign2gptImport) {
  checkStageOptions(file, options, ofSecond)
  const { out, lang, classes, ubiquitous } = options
  if (classes === undefined) {
    const problem = 'wanted the words of the classes, which no tensor tells, got none'
    throw new SignError('ERR_USAGE', file.path, problem, 'Name the file with one word per line: --classes')
  }
  await using model = await loadReleasedPseudoGloss(gpu, file.path, {
    ...options,
    ...{ languages: [lang], images: imagesOf(file, options) },
    classes: await readWords(classes),
    ubiquitous: ubiquitous === undefined ? undefined : await readWords(ubiquitous),
  })
  return saved(out, await pseudoGlossContent(model), { task: PSEUDO_GLOSS, language: lang, classes: model.classes.size, ...model.config })
}

async function importSecond(gpu: Gpu, file: Sign2gptFile, options: Sign2gptImport) {
  checkStageOptions(file, options, ofFirst)
  const { out, lang, languageModel, stored, tokens } = options
  if (stored !== undefined && languageModel === undefined) {
    const problem = `wanted the files of a language model to store as ${stored}, got none`
    throw new SignError('ERR_USAGE', file.path, problem, 'Name them: --language-model; the one that the checkpoint holds stays as it is')
  }
  await using model = await loadReleasedSignToText(gpu, file.path, {
    ...options,
    ...{ languages: [lang], images: imagesOf(file, options) },
    languageModel: languageModel === undefined ? undefined : { file: languageModel, stored },
    text: tokens === undefined ? undefined : await readPieces(tokens, tokens.endsWith('.model') ? { layout: 'xglm' } : {}),
  })
  const { signs, language: writing, ...sizes } = model.config
  return saved(out, await signToTextContent(model), {
    ...{ task: SIGN_TO_TEXT, language: lang, languageModel: model.frozen.path, vocabulary: model.text.size },
    ...{ ...signs, ...sizes, languageLayers: writing.layers, languageWidth: writing.width },
  })
}

async function saved<Summary>(out: string, content: CheckpointContent, summary: Summary) {
  await saveCheckpoint(out, content)
  return { out, ...summary }
}

function checkStageOptions({ path, stage }: Sign2gptFile, options: Sign2gptImport, others: readonly (keyof Sign2gptImport)[]): void {
  const given = others.find((name) => options[name] !== undefined)
  if (given === undefined) return
  const problem = `wanted options of Sign2GPT’s ${stage === 1 ? 'first' : 'second'} stage, which it is of, got '${given}'`
  throw new SignError('ERR_USAGE', path, problem, 'Leave it out')
}

/** What is told of the image encoder. Throws ERR_USAGE where there is none. */
function imagesOf(file: Sign2gptFile, options: Sign2gptImport): ReleasedImages {
  const { imageHeads: heads, imageSize: size, imageAlpha: alpha } = options
  const given = ofImages.find((name) => options[name] !== undefined)
  if (given === undefined || file.kinds('image').size > 0) return { heads, size, alpha }
  const problem = `wanted options of a model of poses, as it has no image encoder, got '${given}'`
  throw new SignError('ERR_USAGE', file.path, problem, 'Leave it out')
}

/** A word a line. Throws ERR_DATA naming file and line for an empty line, and for a word that is there twice. */
async function readWords(path: string): Promise<string[]> {
  const words = linesOfText(await readText(path, { wanted: 'a list of words' })).map((line) => line.trim())
  for (const [i, word] of words.entries()) {
    const got = word === '' ? 'an empty line' : words.indexOf(word) < i ? `'${word}' again` : undefined
    if (got !== undefined) throw new SignError('ERR_DATA', `${path}:${i + 1}`, `wanted a word of its own, got ${got}`, 'Correct that line')
  }
  return words
}
