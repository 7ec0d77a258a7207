// `signllm import`: what was trained with released code, out of its state dict as safetensors. The names of its tensors tell which code it was.

import { SignError } from '../base/errors.js'
import { readKindsOrIndex } from '../formats/safetensors/index_file.js'
import { isGfslt } from '../model/gfslt_state_dict.js'
import { isSign2gpt } from '../model/sign2gpt_state_dict.js'
import { isSignDwName } from '../model/signdw_state_dict.js'
import { checkLanguageTag } from '../text/language_tag.js'
import { checkFresh, type ResumeOptions } from './clip_work.js'
import { type GfsltImport, importGfslt } from './import_gfslt.js'
import { importProgressive, type ProgressiveImport } from './import_progressive.js'
import { importSign2gpt, type Sign2gptImport } from './import_sign2gpt.js'
import { importSignDw } from './import_signdw.js'

/** What the code that a model comes from asks for; the rest says nothing of it. */
export type ImportOptions = Omit<ProgressiveImport, 'vocabulary'> &
  Partial<Pick<ProgressiveImport, 'vocabulary'>> &
  Omit<Sign2gptImport, 'padding'> &
  Omit<GfsltImport, 'padding'> & { readonly padding?: Sign2gptImport['padding'] | GfsltImport['padding'] } & Pick<
    ResumeOptions,
    'overwrite'
  >

/** Each kind of file, and the options that not all kinds have. */
const kinds = {
  progressive: { called: 'a Progressive Transformers state dict', asked: ['vocabulary', 'sides'] },
  signDw: { called: 'a SignDW Transformer', asked: ['vocabulary', 'maxTokens', 'maxFrames'] },
  sign2gpt: {
    called: 'a Sign2GPT checkpoint',
    asked: [
      ...(['classes', 'ubiquitous', 'languageModel', 'stored', 'alpha', 'gate', 'maxTokens'] as const),
      ...(['maxFrames', 'window', 'attention', 'padding', 'imageHeads', 'imageSize', 'imageAlpha'] as const),
    ],
  },
  gfslt: {
    called: 'a GFSLT-VLP checkpoint',
    asked: ['textLanguage', 'maxTokens', 'maxFrames', 'padding', 'imageSize'],
  },
} as const satisfies Record<string, { called: string; asked: readonly (keyof ImportOptions)[] }>

/**
 * Converts the file, or the files of an index, and returns the model's sizes. Throws ERR_USAGE for what is no language tag, and for options that are lacking
 * or say nothing of such a model, and an output that is there already; ERR_CHECKPOINT for tensors that make no model, and for the first number that is not finite.
 */
export async function importStateDict(path: string, options: ImportOptions) {
  checkLanguageTag(options.lang, 'import')
  checkFresh(options.out, { overwrite: options.overwrite ?? false })
  const names = [...(await readKindsOrIndex(path)).keys()]
  if (isSign2gpt(names)) {
    checkAsked(path, options, 'sign2gpt')
    return importSign2gpt(path, { ...options, padding: paddingOf(path, options, ['cut', 'rows']) })
  }
  if (isGfslt(names)) {
    checkAsked(path, options, 'gfslt')
    return importGfslt(path, { ...options, padding: paddingOf(path, options, ['cut', 'ones']) })
  }
  const kind = names.some(isSignDwName) ? 'signDw' : 'progressive'
  checkAsked(path, options, kind)
  const { vocabulary } = options
  if (vocabulary === undefined) {
    const problem = `wanted the words of ${kinds[kind].called}, got no vocabulary`
    throw new SignError('ERR_USAGE', path, problem, 'Name the file with one word per line: --vocabulary')
  }
  return kind === 'signDw' ? importSignDw(path, { ...options, vocabulary }) : importProgressive(path, { ...options, vocabulary })
}

function checkAsked(path: string, options: ImportOptions, kind: keyof typeof kinds): void {
  const { called, asked } = kinds[kind]
  const given = Object.values(kinds)
    .flatMap((one): readonly (keyof ImportOptions)[] => one.asked)
    .find((name) => options[name] !== undefined && !(asked as readonly string[]).includes(name))
  if (given === undefined) return
  const option = `--${given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  throw new SignError('ERR_USAGE', path, `wanted options that say something of ${called}, got ${option}`, 'Leave it out')
}

/** What stands past a clip's end. Throws ERR_USAGE for what does not in such a model. */
function paddingOf<Padding extends string>(path: string, { padding }: ImportOptions, known: readonly Padding[]): Padding | undefined {
  const found = known.find((one) => one === padding)
  if (padding === undefined || found !== undefined) return found
  throw new SignError('ERR_USAGE', path, `wanted padding ${known.join(' or ')}, got ${padding}`, 'Choose one of them')
}

export type ImportSummary = Awaited<ReturnType<typeof importStateDict>>
