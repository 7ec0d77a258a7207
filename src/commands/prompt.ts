// `signllm prompt "How do you sign … in ASL?"`: what is asked for, as LangGloss and, with a model of motion, as signing in files.

import { SignError } from '../base/errors.js'
import { readCheckpoint, readGlossCheckpoint, readPoseCheckpoint } from '../checkpoint/file.js'
import { PROMPTS } from '../checkpoint/model_file.js'
import { restoreGlossModel } from '../checkpoint/restore.js'
import { type GlossCheckpoint, glossCheckpoint } from '../checkpoint/text_to_gloss.js'
import { type PoseCheckpoint, poseCheckpoint } from '../checkpoint/text_to_pose.js'
import { type BonePolicy, boneNotes } from '../infer/bone_policy.js'
import { MultiLanguageGenerator } from '../infer/multi_language_generator.js'
import { PromptGenerator } from '../infer/prompt_generator.js'
import { PromptReader, type PromptReading } from '../infer/prompt_reader.js'
import { facingMotion } from '../motion/layout/mirror.js'
import type { PaletteName } from '../outputs/colours.js'
import { checkWhole } from '../text/broken_text.js'
import { tagAmong } from '../text/language_tag.js'
import { openAdapter } from './adapter.js'
import { writersFor } from './outputs.js'
import type { Listener } from './say.js'

export interface PromptCommandOptions extends Listener {
  /** Checkpoint of a text-to-gloss run. Default: the one that reads prompts in the file of `model`. */
  readonly gloss?: string | undefined
  /** Model file, or checkpoint of a text-to-pose run; needed for `out`. */
  readonly model?: string | undefined
  readonly out?: readonly string[] | undefined
  /** The sign language, for a prompt that names none. */
  readonly lang?: string | undefined
  readonly beams: number
  readonly bones?: BonePolicy | undefined
  readonly palette?: PaletteName | undefined
  readonly adapter?: string | undefined
  readonly signal?: AbortSignal
}

/** What was asked for, and what was made of it. */
export interface PromptSummary extends PromptReading {
  readonly prompt: string
  readonly frames?: number
  readonly seconds?: number
  readonly out: readonly string[]
  /** What to know of the checkpoints and of what was read. */
  readonly notes: readonly string[]
}

/** Reads a prompt and signs it. Throws ERR_USAGE, before any work, for files without a model, an ending no writer knows, or a file named twice; and as both stages do. */
export async function prompt(text: string, options: PromptCommandOptions): Promise<PromptSummary> {
  checkWhole(text, 'prompt')
  const { gloss, model, out = [], lang, beams, bones, palette, signal } = options
  // A model file that is read for its prompts alone needs no file to write.
  if ((model === undefined && out.length > 0) || (model !== undefined && gloss !== undefined && out.length === 0))
    throw new SignError(
      'ERR_USAGE',
      'prompt',
      'wanted --model and --out together, got one of them',
      'Give both, or neither to see the gloss',
    )
  const writers = writersFor(out)
  const { saved, poses } = await modelsOf(gloss, out.length > 0 || gloss === undefined ? model : undefined)
  const notes = [...saved.notes, ...(poses ? [...poses.notes, ...boneNotes(poses.groups, bones)] : [])]
  const { gpu } = await openAdapter({ adapter: options.adapter }, options)
  try {
    const glosses = restoreGlossModel(gpu, saved)
    await using reader = new PromptReader(glosses)
    const language = lang === undefined ? undefined : tagAmong(lang, glosses.languages)
    const read = { language, beams, signal }
    if (!poses || out.length === 0) {
      const reading = await reader.read(text, read)
      const empty = reading.tokens.length === 0 ? ['the text-to-gloss model found no glosses in the prompt'] : []
      return { prompt: text, ...reading, out, notes: [...notes, ...empty] }
    }
    await using signer = new MultiLanguageGenerator(gpu, poses)
    const { reading, motion } = await new PromptGenerator(reader, signer).generate(text, {
      read,
      generate: { signal, ...(bones && { bones }) },
    })
    const shown = facingMotion(motion)
    for (const { path, write } of writers) await write(path, shown, { text, language: reading.language, ...(palette && { palette }) })
    return { prompt: text, ...reading, frames: motion.frames, seconds: motion.frames / motion.fps, out, notes }
  } finally {
    await gpu.destroy()
  }
}

/** What reads the prompt, and what signs it: of two files, or of a model file that holds both. */
async function modelsOf(gloss: string | undefined, model: string | undefined): Promise<{ saved: GlossCheckpoint; poses?: PoseCheckpoint }> {
  if (gloss !== undefined)
    return { saved: await readGlossCheckpoint(gloss), ...(model !== undefined && { poses: await readPoseCheckpoint(model) }) }
  if (model === undefined)
    throw new SignError('ERR_USAGE', 'prompt', 'wanted a model that reads prompts, got none', 'Pass --model with a model file, or --gloss')
  const checkpoint = await readCheckpoint(model)
  const prompts = checkpoint.others?.[PROMPTS]
  if (!prompts) {
    const problem = 'wanted a model file that holds a model of prompts, got one without'
    throw new SignError('ERR_USAGE', model, problem, 'Pass --gloss, or export it with --prompts')
  }
  return { saved: glossCheckpoint(prompts), poses: poseCheckpoint(checkpoint) }
}
