// `signllm generate "…"`: a sentence in, a file of signing out.

import { SignError } from '../base/errors.js'
import { readPoseCheckpoint } from '../checkpoint/file.js'
import { restoreModel } from '../checkpoint/restore.js'
import { loadCorpus } from '../data/corpus/corpus.js'
import { type BonePolicy, boneNotes } from '../infer/bone_policy.js'
import { Generator } from '../infer/generator.js'
import { checkKnown } from '../infer/known_words.js'
import type { LengthPolicy } from '../infer/length_policy.js'
import { knowsLength } from '../model/config.js'
import { type GroupDescription, type LanguageGroup, SHARED } from '../model/sign_model.js'
import type { Motion } from '../motion/clip.js'
import { isSkeleton } from '../motion/layout/layouts.js'
import { facingMotion } from '../motion/layout/mirror.js'
import { frameOfReference } from '../motion/layout/reference.js'
import type { PaletteName } from '../outputs/colours.js'
import { checkWhole } from '../text/broken_text.js'
import { lineFor } from '../text/language_mark.js'
import { tagAmong } from '../text/language_tag.js'
import { openAdapter } from './adapter.js'
import { whileFetched } from './fetched_model.js'
import { writersFor } from './outputs.js'
import type { Listener } from './say.js'

export interface GenerateCommandOptions extends Listener {
  readonly model: string
  /** May be left out of a model of one language. */
  readonly lang?: string | undefined
  readonly out: readonly string[]
  readonly policy?: LengthPolicy | undefined
  readonly bones?: BonePolicy | undefined
  readonly palette?: PaletteName | undefined
  /** `prefix#name` or `prefix#line`: a clip to compare with, whose length `oracle` takes. */
  readonly reference?: string | undefined
  readonly adapter?: string | undefined
  readonly signal?: AbortSignal
}

/** What was made. */
export interface GenerateSummary {
  readonly text: string
  readonly language: string
  readonly frames: number
  readonly seconds: number
  readonly out: readonly string[]
  /** Words the model never learned: each is read as `<unk>`, as in the published code, and takes its place in the sentence. */
  readonly unknownWords: readonly string[]
  /** What to know of the checkpoint. */
  readonly notes: readonly string[]
}

/**
 * Generates one sentence and writes it to every file named. Throws, before any work, ERR_USAGE for an ending no writer knows, for a file
 * named twice, and for a sentence of which the model knows no word.
 */
export async function generate(text: string, options: GenerateCommandOptions): Promise<GenerateSummary> {
  checkWhole(text, 'generate')
  const writers = writersFor(options.out)
  const reference = options.reference === undefined ? undefined : await findReference(options.reference, options.lang)
  const { model: from, signal } = options
  const checkpoint = await whileFetched(from, options, (how) => readPoseCheckpoint(from, { ...how, signal }))
  const { group, language } = asked(checkpoint.groups, options.lang)
  const { gpu } = await openAdapter({ adapter: options.adapter }, options)
  try {
    const model = restoreModel(gpu, checkpoint)
    const { vocabulary, fps } = model.group(group)
    const unknownWords = vocabulary.unknownIn(text)
    checkKnown(text, language, vocabulary)
    const generator = new Generator(gpu, model.group(group))
    // As long as the reference in time, whatever its rate.
    const lengths = reference ? { lengths: [Math.max(1, Math.round((reference.frames * fps) / reference.fps))] } : {}
    const [motion] = (await generator.generate([lineFor(vocabulary, text, language)], {
      policy: options.policy ?? 'auto',
      signal: options.signal,
      ...(options.bones && { bones: options.bones }),
      ...lengths,
    })) as [Motion]
    // A model of unknown data, such as an imported one, may call the signer's left right.
    const shown = facingMotion(motion)
    const about = { ...(reference && { reference }), ...(options.palette && { palette: options.palette }) }
    for (const { path, write } of writers) await write(path, shown, { text, language, ...about })
    return {
      text,
      language,
      frames: motion.frames,
      seconds: motion.frames / motion.fps,
      out: options.out,
      unknownWords,
      notes: [
        ...checkpoint.notes,
        ...boneNotes([model.group(group)], options.bones),
        ...byItsCounter(model.group(group), options.policy),
        ...atItsLongest(motion, model.group(group), options.policy),
        ...withoutShoulders(motion),
      ],
    }
  } finally {
    await gpu.destroy()
  }
}

/** The counter of a model that knows a clip's length was told where the clip is, in training as in use: by itself it may run on. */
function byItsCounter({ config }: LanguageGroup, policy: LengthPolicy = 'auto'): string[] {
  if (policy !== 'self-counter' || !knowsLength(config)) return []
  return [
    'the model knows how long a clip is before it begins, which --policy auto goes by: by its own counter the clip may be much longer',
  ]
}

/** A clip as long as the model's clips may be was perhaps to be longer: a length that is known beforehand is shortened, and its sentence signed faster. */
function atItsLongest({ frames }: Motion, { config }: LanguageGroup, policy: LengthPolicy = 'auto'): string[] {
  if (frames < config.maxFrames || policy === 'oracle') return []
  return [`the clip has ${frames} frames, as many as the model's maxFrames allow: a longer sentence would be cut short or signed too fast`]
}

/** A model of points that has learnt little may say that no shoulder is seen, by which other commands find a signer. */
export function withoutShoulders(motion: Motion): string[] {
  if (isSkeleton(motion) || frameOfReference(motion)) return []
  return ['no frame shows both shoulders, without which other commands refuse the motion: train the model longer']
}

/** The group that signs a language, and that language, which a model of one need not be told. Throws ERR_USAGE where it must be. */
function asked(groups: readonly GroupDescription[], lang: string | undefined): { readonly group: string; readonly language: string } {
  const told = groups.find((group) => group.language === SHARED)?.vocabulary.languages ?? []
  const languages = told.length > 0 ? told : groups.map((group) => group.language)
  const language = lang === undefined ? onlyLanguage(languages) : tagAmong(lang, languages)
  return { group: told.length > 0 ? SHARED : language, language }
}

/** The language of a model that has but one. Throws ERR_USAGE naming them where there are more. */
export function onlyLanguage(languages: readonly string[]): string {
  if (languages.length === 1) return languages[0]!
  throw new SignError('ERR_USAGE', 'generate', `wanted a language, got none for a model of ${languages.join(', ')}`, 'Pass --lang')
}

async function findReference(spec: string, language = 'any'): Promise<Motion> {
  const [prefix, which = '1'] = spec.split('#') as [string, string?]
  const { clips } = await loadCorpus({ skels: prefix, language, layout: 'any' })
  const clip = clips.find(({ name }) => name.normalize('NFC') === which.normalize('NFC')) ?? clips[Number(which) - 1]
  if (clip) return clip
  throw new SignError('ERR_USAGE', spec, `wanted a clip's name or its line 1 to ${clips.length}, got '${which}'`, 'Write it as prefix#name')
}
