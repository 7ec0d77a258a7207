// From a pseudo-gloss run file's `data` to clips to learn from, and the classes there are.

import { counted } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'
import type { Watched } from '../../base/progress.js'
import { nameHash } from '../../data/checksum.js'
import type { PseudoGlossConfig, PseudoGlossDescription } from '../../model/pseudo_gloss.js'
import { signSizesOf } from '../../model/sign_sizes.js'
import { layouts, otherLayout } from '../../motion/layout/layouts.js'
import { type GlossCoverage, PseudoGlossClasses } from '../../text/pseudo_gloss/classes.js'
import { checkAugmentation } from '../../train/pose_augment.js'
import { type Split, sameClips, tooLong } from '../../train/signed_clips.js'
import { kindOf, loadSplit, type SignedSplit } from '../../train/signing/load_signing.js'
import type { Described } from '../../train/signing/open_signing.js'
import { imagesOf } from '../run_images.js'
import type { PseudoGlossRunConfig } from './config.js'
import { type ClipItems, type ItemsOfClips, itemMaker } from './items.js'
import { type ClassVectors, classVectors } from './vectors.js'

/** What is known of a clip, its pseudo-glosses among it. */
export type GlossedClip = Described & ClipItems

export interface PseudoGlossData {
  readonly train: SignedSplit<ClipItems>
  /** Held-out clips, corpora taking turns; empty where they have none. */
  readonly dev: SignedSplit<ClipItems>
  readonly description: PseudoGlossDescription
  readonly vectors: ClassVectors
  /** What to know of the clips before a model learns from them. */
  readonly notes: readonly string[]
}

/** Loads every corpus. Throws ERR_DATA or ERR_CONFIG naming file and line for what cannot be trained on. */
export async function loadPseudoGlossData(config: PseudoGlossRunConfig, watched: Watched = {}): Promise<PseudoGlossData> {
  const itemsOf = await itemMaker(config)
  const load = (split: Split) => loadGlossedClips(config, split, { itemsOf, ...watched })
  const [train, dev] = [await load('train'), await load('dev')]
  const images = imagesOf(config)
  const { numbers, fps, notes } = kindOf([train, dev], images, config)
  if (!images) checkAugmentation(config.augment, numbers, layouts[config.model.layout])
  const classes = PseudoGlossClasses.build(train.clips, config.ubiquitous)
  if (classes.size === classes.ubiquitous.size) throw noTargets(config, classes)
  const vectors = await classVectors(config, classes.names)
  const sizes = modelSizes(config, { numbers, ...(images && { images }), vectorWidth: vectors.width })
  for (const { name, frames } of [...train.clips, ...dev.clips])
    if (frames > sizes.maxFrames) throw tooLong(name, 'maxFrames', sizes.maxFrames, 'frames', frames)
  const languages = [...new Set(train.clips.map(({ language }) => language))]
  const trainedOn = train.clips.map(({ name }) => nameHash(name)).sort()
  return {
    train,
    dev,
    description: { config: sizes, classes, languages, fps, trainedOn, seed: config.seed },
    vectors,
    notes: [
      ...notes,
      ...coverageNotes(classes.coverage(train.clips)),
      ...vectors.notes,
      ...unknownItems(dev.clips, 'dev', classes),
      ...sameClips(train.clips, dev.clips),
    ],
  }
}

/** The clips of one split, with their items. Throws as `loadPseudoGlossData`. */
export async function loadGlossedClips(
  config: PseudoGlossRunConfig,
  split: Split,
  { itemsOf, ...watched }: { readonly itemsOf?: ItemsOfClips } & Watched = {},
): Promise<SignedSplit<ClipItems>> {
  const loaded = await loadSplit(config, split, imagesOf(config), watched)
  const items = await (itemsOf ?? (await itemMaker(config)))(loaded.clips)
  const glossed = <Clip>(clips: readonly Clip[]) => clips.map((clip, i) => ({ ...clip, ...items[i]! }))
  return loaded.input === 'poses' ? { ...loaded, clips: glossed(loaded.clips) } : { ...loaded, clips: glossed(loaded.clips) }
}

/** What a run's model is made with. */
export function modelSizes(
  { model, input, vectors }: Pick<PseudoGlossRunConfig, 'model' | 'input' | 'vectors'>,
  decided: Pick<PseudoGlossConfig, 'numbers' | 'images' | 'vectorWidth'>,
): PseudoGlossConfig {
  const { images: _, layout, ...own } = model
  const { temperatures, ...sizes } = signSizesOf(own)
  return { ...sizes, input, ...otherLayout(layout), ...decided, trained: { vectors: vectors.trained, temperatures } }
}

function noTargets({ items }: PseudoGlossRunConfig, { size }: PseudoGlossClasses): SignError {
  const got = size === 0 ? 'none' : `${counted(size, 'item')} that nearly every sentence has`
  return new SignError(
    'ERR_DATA',
    'pseudo-glosses',
    `wanted items to learn in the training split, got ${got}`,
    `Check items: ${items}, and ubiquitous`,
  )
}

function coverageNotes({ sentences, classes, itemsPerSentence, withoutItems, ubiquitous }: GlossCoverage): string[] {
  const dropped = ubiquitous.map(({ item }) => item).slice(0, 10)
  return [
    `${counted(classes, 'class', 'classes')} of pseudo-glosses, ${itemsPerSentence.toFixed(1)} in a training sentence`,
    ...(dropped.length > 0 ? [`no targets, since many sentences have them: ${dropped.join(', ')}`] : []),
    ...(withoutItems > 0 ? [`${withoutItems} of ${counted(sentences, 'training sentence')} have no target`] : []),
  ]
}

/** What a model can say nothing of. */
export function unknownItems(clips: readonly ClipItems[], split: Split, classes: PseudoGlossClasses): string[] {
  const items = new Set(clips.flatMap((clip) => clip.items))
  const unknown = [...items].filter((item) => classes.idOf(item) === undefined)
  if (unknown.length === 0) return []
  return [
    `${unknown.length} of ${counted(items.size, 'item')} of ${split}, such as '${unknown[0]}', are of no training sentence: they are not scored`,
  ]
}
