// `signllm pseudo-gloss MODEL --data run.yaml`: which words of their sentences clips show, and where: scores, and a picture of each clip.

import { statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { SignError } from '../base/errors.js'
import { formatTable } from '../base/table.js'
import { readCheckpoint } from '../checkpoint/file.js'
import { pseudoGlossDescription, restorePseudoGloss } from '../checkpoint/pseudo_gloss.js'
import { clipNameProblem } from '../data/clip_name.js'
import { inLayoutScale } from '../data/layouts/scale.js'
import type { PoseFrames } from '../infer/pose_reader.js'
import { type FoundGlosses, PseudoGlossReader } from '../infer/pseudo_gloss_reader.js'
import { type ClassPresence, foundClasses, PRESENCE_THRESHOLD, presenceByClass } from '../metrics/presence.js'
import type { PseudoGlossDescription, PseudoGlossModel } from '../model/pseudo_gloss.js'
import type { LayoutName } from '../motion/layout/layout.js'
import { layoutOfMotion } from '../motion/layout/layouts.js'
import { checkMapPath, type MappedWord, writeLocalisationMap } from '../outputs/localisation_map.js'
import { type GlossedClip, loadGlossedClips, unknownItems } from '../tasks/pseudo_gloss/data.js'
import { formatGlossScores, type PseudoGlossScores, scoreGlosses, spansOf } from '../tasks/pseudo_gloss/evaluate.js'
import { loadPseudoGlossConfig } from '../tasks/run_file.js'
import type { SignedClip } from '../train/signed_clips.js'
import { asSeen, type Described } from '../train/signing/open_signing.js'
import { openAdapter } from './adapter.js'
import type { SplitName } from './eval_data.js'
import { motionSource } from './motion_source.js'
import { ProgressDisplay, type ProgressStream, withProgress } from './progress_display.js'
import { isRunFile } from './run_split.js'
import { type Listener, warn } from './say.js'
import { refuseVideos, seenAt, videosAt, wantedPoses, wantedVideos } from './video_source.js'

export interface PseudoGlossOptions extends Listener {
  /** A run file of the task, whose sentences are compared with; or motions: a corpus, `.pose`, `.npz` or `.h5` files. */
  readonly data: string
  readonly split: SplitName
  /** A folder for a picture of each clip, or a `.svg` or `.png` of the first. */
  readonly out?: string | undefined
  /** At most so many clips. */
  readonly limit?: number | undefined
  /** A word whose score is above this is found. */
  readonly threshold?: number | undefined
  readonly adapter?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Default: standard error. */
  readonly stream?: ProgressStream
}

export interface ReadClipGlosses {
  readonly name: string
  /** Words found, the surest first, with how sure. */
  readonly found: readonly { readonly word: string; readonly score: number }[]
}

export interface PseudoGlossSummary {
  readonly clips: readonly ReadClipGlosses[]
  /** Absent of motions without sentences. */
  readonly scores?: PseudoGlossScores
  readonly classes?: readonly (Omit<ClassPresence, 'class'> & { readonly word: string })[]
  readonly pictures: readonly string[]
}

/** Reads clips. Throws ERR_CHECKPOINT for what is no pseudo-gloss model, ERR_DATA or ERR_CONFIG for what cannot be read, ERR_USAGE for clips that the model cannot take. */
export async function pseudoGlosses(path: string, options: PseudoGlossOptions): Promise<PseudoGlossSummary> {
  const { out, threshold = PRESENCE_THRESHOLD, signal } = options
  if (out !== undefined && !isFolder(out)) checkMapPath(out)
  const checkpoint = await readCheckpoint(path)
  const read = await clipsOf(pseudoGlossDescription(checkpoint), options)
  const { gpu } = await openAdapter({ adapter: options.adapter }, options)
  const display = new ProgressDisplay(options)
  try {
    await using model = restorePseudoGloss(gpu, checkpoint)
    await using reader = new PseudoGlossReader(gpu, model)
    const { clips, glossed } = await read(model)
    if (glossed) for (const note of unknownItems(glossed, options.split, model.classes)) warn(note, options)
    const found = await reader.find(clips, { ...(signal && { signal }), onProgress: display.show })
    const pictures = out === undefined ? [] : await drawn(clips, found, { model, threshold, out, say: (note) => warn(note, options) })
    return {
      clips: clips.map(({ name }, i) => ({ name, found: wordsFound(found[i]!, model, threshold) })),
      ...(glossed && scored(glossed, found, model, threshold)),
      pictures,
    }
  } finally {
    display.done()
    await gpu.destroy()
  }
}

type SeenClip = Described & PoseFrames

/** Clips as the model reads them, once there is one: of videos, it sees them first. `glossed` where their sentences are known. */
type Clips = (model: PseudoGlossModel) => Promise<{ clips: readonly SeenClip[]; glossed?: readonly GlossedClip[] }>

async function clipsOf({ config, languages }: PseudoGlossDescription, options: PseudoGlossOptions): Promise<Clips> {
  const { data, split, limit } = options
  if (isRunFile(data)) {
    const run = await loadPseudoGlossConfig(data, (note) => warn(note, options))
    const all = await withProgress(options, (onProgress) => loadGlossedClips(run, split, { onProgress }))
    if (all.clips.length === 0) throw new SignError('ERR_DATA', data, `wanted clips in its ${split} split, got none`, 'Name another split')
    const some = all.input === 'poses' ? { ...all, clips: all.clips.slice(0, limit) } : { ...all, clips: all.clips.slice(0, limit) }
    if ((all.input === 'video') !== (config.images !== undefined)) throw config.images ? wantedVideos(data) : wantedPoses(data)
    return async (model) => {
      const glossed = await asSeen(model, config, some, { cache: null })
      return { clips: glossed, glossed }
    }
  }
  if (config.images) {
    const videos = await videosAt(data)
    if (!videos) throw wantedVideos(data)
    return async (model) => {
      const seen = await seenAt(videos.slice(0, limit), model, options)
      return { clips: seen.map((clip) => ({ ...clip, text: '', language: languages[0]! })) }
    }
  }
  const clips = await posesOf(options, layoutOfMotion(config).name)
  if (clips.length === 0) throw new SignError('ERR_DATA', data, 'wanted motions that can be read, got none', 'Check the files')
  return async () => ({ clips })
}

async function posesOf(options: PseudoGlossOptions, layout: LayoutName): Promise<SignedClip[]> {
  const { data, signal, limit } = options
  await refuseVideos(data)
  const motions = await motionSource(data, undefined, { signal, layout })
  const clips: SignedClip[] = []
  const broken = (name: string, error: Error) => warn(`${name} is left out: ${error.message}`, options)
  for await (const { notes = [], text = '', language = '', ...motion } of motions.read(motions.names.slice(0, limit), broken)) {
    for (const note of notes) warn(`${motion.name}: ${note}`, options)
    const { joints: values, ...clip } = inLayoutScale(motion, motion.name)
    clips.push({ ...clip, text, language, values })
  }
  return clips
}

function scored(clips: readonly GlossedClip[], found: readonly FoundGlosses[], { classes }: PseudoGlossModel, threshold: number) {
  const pairs = clips.map(({ items }, i) => ({ scores: found[i]!.scores, targets: [...classes.targets(items)] }))
  return {
    scores: scoreGlosses(clips, found, classes, threshold).result,
    classes: presenceByClass(pairs, threshold).map(({ class: id, ...presence }) => ({ word: classes.names[id]!, ...presence })),
  }
}

const wordsFound = ({ scores }: FoundGlosses, { classes }: PseudoGlossModel, threshold: number) =>
  foundClasses(scores, threshold)
    .map((id) => ({ word: classes.names[id]!, score: scores[id]! }))
    .sort((a, b) => b.score - a.score)

interface Drawing {
  readonly model: PseudoGlossModel
  readonly threshold: number
  readonly out: string
  readonly say: (note: string) => void
}

/** Pictures of all clips in a folder, or the first clip's in a file. Returns their paths. */
async function drawn(clips: readonly Described[], found: readonly FoundGlosses[], drawing: Drawing): Promise<string[]> {
  const { out } = drawing
  const paths = isFolder(out) ? clips.map(({ name }) => pictureIn(out, name)) : [out]
  for (const [i, path] of paths.entries()) {
    const clip = clips[i]!
    const { tokens, framesPerToken } = found[i]!
    const words = mappedWords(clip, found[i]!, drawing)
    const notes = await writeLocalisationMap(path, { title: clip.text || clip.name, words, tokens, framesPerToken, fps: clip.fps })
    for (const note of notes) drawing.say(note)
  }
  return paths
}

/** Whether pictures are to lie in it: what has no ending, ends in a slash, or is a folder. */
const isFolder = (out: string): boolean =>
  extname(out) === '' || /[/\\]$/.test(out) || (statSync(out, { throwIfNoEntry: false })?.isDirectory() ?? false)

/** A clip's picture in a folder. Throws ERR_DATA for a name that is no path in it. */
function pictureIn(folder: string, name: string): string {
  const problem = clipNameProblem(name)
  if (problem) throw new SignError('ERR_DATA', name, problem, 'Rename the clip')
  return join(folder, `${name}.svg`)
}

/** The targets of a clip's sentence in its order, then other words that were found. */
function mappedWords(clip: Described & Partial<GlossedClip>, found: FoundGlosses, { model, threshold }: Drawing): MappedWord[] {
  const { classes } = model
  const isFound = new Set(foundClasses(found.scores, threshold))
  const wanted = [...new Set((clip.items ?? []).map((item) => classes.targetOf(item)))].filter((id) => id !== undefined)
  const spans = spansOf(clip, classes)
  return [...wanted, ...[...isFound].filter((id) => !wanted.includes(id))].map((id) => {
    const own = spans.filter((span) => span.class === id)
    return {
      word: classes.names[id]!,
      found: Float32Array.from({ length: found.tokens }, (_, t) => found.map[t * found.columns + id]!),
      score: found.scores[id]!,
      // Where no sentence says what is signed, nothing that is found is too much.
      isWanted: clip.items === undefined || wanted.includes(id),
      isFound: isFound.has(id),
      ...(own.length > 0 && { spans: own }),
    }
  })
}

/** Clips with what they show, or, where their sentences are known, how well each word is found. */
export function formatPseudoGlossSummary({ clips, scores, classes, pictures }: PseudoGlossSummary): string {
  const share = (value: number) => (Number.isNaN(value) ? '' : value.toFixed(3))
  const table = classes
    ? [
        ['word', 'clips', 'precision', 'recall', 'F1'],
        ...classes.map(({ word, clips: count, precision, recall, f1 }) => [
          word,
          String(count),
          share(precision),
          share(recall),
          share(f1),
        ]),
      ]
    : [['clip', 'words found'], ...clips.map(({ name, found }) => [name, found.map(({ word }) => word).join(' ') || '(none)'])]
  return [
    formatTable(table),
    ...(scores ? ['', formatGlossScores(scores)] : []),
    ...(pictures.length > 0
      ? [`pictures: ${pictures.length > 3 ? `${pictures.length} files such as ${pictures[0]}` : pictures.join(', ')}`]
      : []),
  ].join('\n')
}
