// From a run file's `data` to samples: one language a group, each with its vocabulary and start frame.

import { counted } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'
import { inTurns } from '../../base/in_turns.js'
import { motionChecksum } from '../../data/checksum.js'
import { loadCorpus, UNTOLD_RATE } from '../../data/corpus/corpus.js'
import { readManifest } from '../../data/corpus/manifest.js'
import { type Source, sourceOf } from '../../data/source.js'
import { syntheticIn } from '../../data/synthetic/in_layout.js'
import { differingKeys, type ModelConfig, presets, sameConfig } from '../../model/config.js'
import { columnScaling, frameNumbers, motionNumbers } from '../../model/frame_columns.js'
import { countSeen, type FrameScaling, measureColumns, measureScaling, rawFrames } from '../../model/frame_scaling.js'
import { measureBones } from '../../model/group_bones.js'
import { sentenceIds } from '../../model/sentence_ids.js'
import { type GroupDescription, SHARED } from '../../model/sign_model.js'
import { type Clip, sameRate } from '../../motion/clip.js'
import type { LayoutName } from '../../motion/layout/layout.js'
import { layoutOfMotion, layouts } from '../../motion/layout/layouts.js'
import { langGlossLine } from '../../text/lang_gloss.js'
import { lineFor, markedLine } from '../../text/language_mark.js'
import { checkWords, readingNotes } from '../../text/reading_notes.js'
import type { TokenPolicy } from '../../text/tokenise.js'
import { Vocabulary } from '../../text/vocabulary.js'
import { readVocabulary } from '../../text/vocabulary_file.js'
import type { Sample } from './batch.js'
import type { DataEntry, RunConfig } from './config.js'
import { storedLanguages, withChecksum } from './stored_data.js'
import { type StoredClips, StoredExamples, storedLines } from './stored_examples.js'

/** One group's data: one language's, or under `groups: shared` all of them. */
export interface LanguageData {
  /** The group's tag. */
  readonly language: string
  readonly source: Source
  /** All training clips, or of those in shards the few that units were measured by. */
  readonly train: readonly Sample[]
  /** All of them where they stay in shards. */
  readonly stored?: StoredExamples | undefined
  /** Held-out clips; empty where the corpus has none. */
  readonly dev: readonly Sample[]
  readonly group: GroupDescription
  /** What to know of its sentences before a model learns from them. */
  readonly notes: readonly string[]
}

/** What the group of one tag is made of. */
interface Material {
  readonly language: string
  readonly source: Source
  readonly train: readonly Clip[]
  readonly dev: readonly Clip[]
  readonly vocabulary?: Vocabulary | undefined
  readonly stored?: StoredClips | undefined
  /** Of clips in shards, how many of `train` stay in memory once units are measured. */
  readonly kept?: number
  readonly notes?: readonly string[]
}

/** The model sizes a run file asks for: its preset, with what it overrides. */
export function modelConfig({ model }: RunConfig): ModelConfig {
  const { preset, ...overrides } = model
  const sized = { ...presets[preset], ...overrides }
  return { ...sized, numbers: frameNumbers(sized) }
}

/** The run file with the frame rate of every corpus in it, and the checksum of those in shards, so that a run's folder says which it was. Throws ERR_DATA for a manifest that is none. */
export async function withRates(config: RunConfig): Promise<RunConfig> {
  const entry = async (data: DataEntry): Promise<DataEntry> => {
    if ('shards' in data) return withChecksum(data)
    if ('synthetic' in data || data.fps !== null) return data
    return { ...data, fps: (await readManifest(`${data.train}.json`))?.fps ?? UNTOLD_RATE }
  }
  return { ...config, data: await Promise.all(config.data.map(entry)) }
}

/** Loads every group. Throws ERR_DATA or ERR_CONFIG naming file and line for what cannot be trained on. */
export async function loadData(config: RunConfig): Promise<LanguageData[]> {
  const sizes = modelConfig(config)
  const groups: LanguageData[] = []
  const languages: Material[] = []
  // Of clips in shards, those that units are measured by are read for one group after another.
  for await (const material of materials(config, sizes))
    if (config.groups === 'shared') languages.push(material)
    else groups.push(assemble(material, config, sizes))
  return config.groups === 'shared' ? [assemble(together(languages), config, sizes)] : groups
}

/** Each language of a run. */
async function* materials(config: RunConfig, sizes: ModelConfig): AsyncGenerator<Material> {
  const seen = new Set<string>()
  for (const entry of config.data)
    for await (const material of materialsOf(entry, config, sizes)) {
      // Those of a corpus in shards are known only now.
      if (seen.has(material.language)) {
        const problem = `wanted each language once, got ${material.language} in two corpora`
        throw new SignError('ERR_CONFIG', 'data', problem, 'Name the languages of shards')
      }
      seen.add(material.language)
      yield material
    }
}

async function* materialsOf(entry: DataEntry, config: RunConfig, sizes: ModelConfig): AsyncGenerator<Material> {
  if ('synthetic' in entry) yield* synthetic(entry, config.groups === 'shared' ? 'lang_gloss' : 'text', sizes.layout)
  else if ('shards' in entry) for await (const own of storedLanguages(entry, config, sizes)) yield { ...own, source: entry.source }
  else yield await fromFiles(entry, config, sizes)
}

type FileEntry = Extract<DataEntry, { train: string }>
type SyntheticEntry = Extract<DataEntry, { synthetic: object }>

async function fromFiles(entry: FileEntry, config: RunConfig, sizes: ModelConfig): Promise<Material> {
  const { language, source, fps, skipFrames, overlong } = entry
  const marked = config.groups === 'shared' && source !== 'lang_gloss'
  const load = async (prefix: string | undefined) => {
    if (prefix === undefined) return []
    const { clips } = await loadCorpus({
      skels: prefix,
      language,
      source,
      ...(fps === null ? {} : { fps }),
      skipFrames,
      maxFrames: sizes.maxFrames,
      // The others open and close it, and tell its language.
      maxTokens: sizes.cutSentences ? Infinity : sizes.maxTokens - (sizes.openingToken ? 2 : 1) - (marked ? 1 : 0),
      layout: sizes.layout,
      long: overlong,
    })
    return clips.filter((clip) => clip.language === language)
  }
  const train = await load(entry.train)
  if (train.length === 0)
    throw new SignError('ERR_DATA', `${entry.train}.skels`, `wanted clips of ${language}, got none`, 'Check the language tag')
  const vocabulary = entry.vocabulary === undefined ? undefined : await readVocabulary(entry.vocabulary, policyOf(source, config))
  const dev = await load(entry.dev)
  if (dev[0] && !sameRate(dev[0].fps, train[0]!.fps)) {
    const problem = `wanted the ${train[0]!.fps} frames per second of ${entry.train}, got ${dev[0].fps}`
    throw new SignError('ERR_CONFIG', entry.dev!, problem, 'Resample one of them: signllm data convert --fps')
  }
  return { language, source, train, dev, vocabulary }
}

function synthetic({ synthetic: options }: SyntheticEntry, source: Source, layout: LayoutName): Material[] {
  const { train, dev } = syntheticIn(layout, options)
  const marked = (clip: Clip): Clip => ({ ...clip, langGloss: langGlossLine(clip, 'words') })
  return options.languages.map((language) => {
    const of = (clips: readonly Clip[]) => clips.filter((clip) => clip.language === language).map(marked)
    return { language, source, train: of(train), dev: of(dev) }
  })
}

/** All languages as one group; their dev clips take turns, so that the first few are some of each. */
function together(languages: readonly Material[]): Material {
  const { source } = languages[0]!
  const rates = [...new Set(languages.flatMap(({ train, dev }) => [...train, ...dev].map(({ fps }) => fps)))]
  if (!rates.every((rate) => sameRate(rate, rates[0]!))) {
    const problem = `wanted one frame rate in a shared group, got ${rates.join(' and ')}`
    throw new SignError('ERR_CONFIG', 'data', problem, 'Set fps and skipFrames so that all agree')
  }
  const dev = inTurns(languages.map((language) => language.dev))
  return {
    ...{ language: SHARED, source, train: languages.flatMap(({ train }) => train), dev },
    stored: storedTogether(
      languages.flatMap(({ stored }) => stored ?? []),
      isMarked({ language: SHARED, source }),
    ),
    kept: languages.reduce((sum, { kept = 0 }) => sum + kept, 0),
    notes: languages.flatMap(({ notes = [] }) => notes),
  }
}

/** Clips of several languages of one packed corpus. */
function storedTogether(all: readonly StoredClips[], marked: boolean): StoredClips | undefined {
  return all[0] && { ...all[0], clips: Uint32Array.from(all.flatMap(({ clips }) => [...clips])), marked }
}

/** Whether lines begin with the mark of their language: in a group of all languages, where their tokens do not tell it. */
const isMarked = ({ language, source }: Pick<Material, 'language' | 'source'>): boolean => language === SHARED && source !== 'lang_gloss'

/** LangGloss keeps its marks; everything else is cut as the run file says. */
const policyOf = (source: Source, { tokens }: RunConfig): TokenPolicy => (source === 'lang_gloss' ? 'whitespace' : tokens)

function assemble(material: Material, config: RunConfig, sizes: ModelConfig): LanguageData {
  const { language, source, train, dev, vocabulary: fixed, stored, kept, notes = [] } = material
  const marked = isMarked(material)
  const lineOf = (clip: Clip): string => (marked ? markedLine(clip.language, sourceOf(clip, source)) : sourceOf(clip, source))
  const lines = stored ? storedLines(stored) : train.map(lineOf)
  // Of a language with few clips too, its mark is known.
  const keep = marked ? [...new Set(train.map((clip) => markedLine(clip.language, '')))] : []
  const vocabulary = fixed ?? Vocabulary.build(lines, policyOf(source, config), { most: config.maxWords ?? Infinity, keep })
  for (const split of [train, dev])
    checkWords(
      split.map((clip) => sourceOf(clip, source)),
      vocabulary,
      language,
    )
  const encode = (line: string): Uint32Array => sentenceIds({ vocabulary, config: sizes }, line)
  const sample = (clip: Clip): Sample => ({ clip, ids: encode(lineOf(clip)) })
  const samplesOf = (clips: readonly Clip[]): Sample[] =>
    // Of a corpus in shards, what is too long is left out.
    stored ? clips.map(sample).filter(({ ids }) => ids.length <= sizes.maxTokens) : clips.map((clip) => withinLimits(sample(clip), sizes))
  const examples = stored && new StoredExamples(stored, encode, sizes.maxTokens)
  const scaling = scalingOf(train, config, sizes)
  const group = {
    language,
    config: sizes,
    vocabulary,
    startFrame: config.startFrame === 'zeros' ? scaling.centre.slice(0, sizes.numbers) : meanFirstFrame(train, sizes),
    scaling,
    fps: train[0]!.fps,
    // Only the 50 joints hang on bones; only detections may lack points.
    ...(sizes.layout === 'skeleton-50' ? { bones: measureBones(train) } : {}),
    ...(layouts[sizes.layout].confidence ? { seen: seenShares(train) } : {}),
  }
  return {
    language,
    source,
    train: samplesOf(stored ? train.slice(0, kept) : train),
    ...(examples ? { stored: examples } : {}),
    dev: samplesOf(dev),
    group,
    notes: [...notes, ...longNotes(language, examples, sizes), ...notesOf(language, source, train, dev, vocabulary)],
  }
}

function longNotes(language: string, examples: StoredExamples | undefined, { maxTokens }: ModelConfig): string[] {
  if (!examples || examples.tooLong === 0) return []
  return [`${language}: left out ${counted(examples.tooLong, 'clip')} of more than ${maxTokens} tokens (model.maxTokens)`]
}

/**
 * The same data for a group that goes on from a checkpoint: its words, units, start frame and bones instead of the corpus' own.
 * Throws ERR_CONFIG where the checkpoint has no such group, or one of other sizes or another frame rate.
 */
export function startFrom(data: LanguageData, checkpoint: { path: string; groups: readonly GroupDescription[] }): LanguageData {
  const { language, source, train, dev, stored } = data
  const saved = checkpoint.groups.find((group) => group.language === language)
  if (!saved) {
    const got = checkpoint.groups.map((group) => group.language).join(', ')
    const problem = `wanted a group ${language} to start from, got groups ${got}`
    throw new SignError('ERR_CONFIG', checkpoint.path, problem, 'Start from a checkpoint of that language')
  }
  if (!sameConfig(saved.config, data.group.config)) {
    const wanted = data.group.config
    const other = differingKeys(saved.config, wanted).map((key) => `${key} ${saved.config[key]} instead of ${wanted[key]}`)
    const problem = `wanted a group ${language} of the run file's sizes, got one of other sizes: ${other.join(', ')}`
    throw new SignError('ERR_CONFIG', checkpoint.path, problem, 'Write the sizes of the checkpoint in the section `model`')
  }
  if (!sameRate(saved.fps, data.group.fps)) {
    const problem = `wanted a group ${language} of the ${data.group.fps} frames per second of the data, got one of ${saved.fps}`
    throw new SignError('ERR_CONFIG', checkpoint.path, problem, `Resample the data: signllm data convert --fps ${saved.fps}`)
  }
  // What was saved before bones were measured has none of its own.
  const group = saved.bones || !data.group.bones ? saved : { ...saved, bones: data.group.bones }
  const told = group.vocabulary.languages
  const strange = languagesIn(data).filter((tag) => !told.includes(tag))
  if (isMarked(data) && strange.length > 0) {
    const got = told.length > 0 ? `${strange.join(', ')}, which it has no token of` : 'one that tells languages by its glosses'
    const problem = `wanted a group of all of the run's languages to start from, got ${got}`
    throw new SignError('ERR_CONFIG', checkpoint.path, problem, 'Train anew on all languages, or with groups: each, which takes others in')
  }
  const again = ({ clip }: Sample): Sample => ({
    clip,
    ids: sentenceIds(group, lineFor(group.vocabulary, sourceOf(clip, source), clip.language)),
  })
  const clips = (samples: readonly Sample[]) => samples.map(({ clip }) => clip)
  const notes = notesOf(language, source, clips(train), clips(dev), group.vocabulary)
  const { maxTokens } = group.config
  const examples = stored && new StoredExamples(stored.stored, (line) => sentenceIds(group, line), maxTokens)
  return { language, source, train: train.map(again), ...(examples ? { stored: examples } : {}), dev: dev.map(again), group, notes }
}

/** The languages of its clips. */
function languagesIn({ train, dev, stored }: LanguageData): string[] {
  const found = new Set([...train, ...dev].map(({ clip }) => clip.language))
  for (let example = 0; stored && example < stored.length; example++) found.add(stored.language(example))
  return [...found].sort()
}

function notesOf(language: string, source: Source, train: readonly Clip[], dev: readonly Clip[], vocabulary: Vocabulary): string[] {
  const lines = (clips: readonly Clip[]) => clips.map((clip) => sourceOf(clip, source))
  const notes = [...readingNotes({ train: lines(train), dev: lines(dev) }, vocabulary), ...trainedOn(train, dev)]
  return notes.map((note) => `${language}: ${note}`)
}

/** A dev split that holds motions of the training split measures how well they are remembered. */
function trainedOn(train: readonly Clip[], dev: readonly Clip[]): string[] {
  if (dev.length === 0) return []
  const known = new Set(train.map(({ joints }) => motionChecksum(joints)))
  const same = dev.filter(({ joints }) => known.has(motionChecksum(joints)))
  if (same.length === 0) return []
  const which = `${same.length} of ${counted(dev.length, 'dev clip')}, such as '${same[0]!.name}'`
  return [`${which}, in the training split too: validations do not show how well the model generalises`]
}

/** A policy may cut a line into more tokens than it has words, and the built-in corpus has no file to be cut in. */
function withinLimits(sample: Sample, { maxFrames, maxTokens }: ModelConfig): Sample {
  const { clip, ids } = sample
  const refuse = (limit: string, wanted: number, unit: string, got: number) =>
    new SignError('ERR_DATA', clip.name, `wanted at most ${wanted} ${unit} (${limit}), got ${got}`, `Raise model.${limit}`)
  if (clip.frames > maxFrames) throw refuse('maxFrames', maxFrames, 'frames', clip.frames)
  if (ids.length > maxTokens) throw refuse('maxTokens', maxTokens, 'tokens with the closing one', ids.length)
  return sample
}

function scalingOf(train: readonly Clip[], { scaling }: RunConfig, sizes: ModelConfig): FrameScaling {
  if (scaling === 'raw') return rawFrames(sizes.numbers)
  if (scaling === 'spread') return columnScaling(measureScaling(train), sizes)
  return measureColumns(
    train.map((clip) => motionNumbers(clip, sizes)),
    sizes.numbers,
  )
}

/** Where every clip of a language starts from: the mean of its first frames, of each point over the clips that show it there. */
function meanFirstFrame(clips: readonly Clip[], config: ModelConfig): Float32Array {
  const { dims, points } = layoutOfMotion(clips[0]!)
  const numbers = clips[0]!.joints.length / clips[0]!.frames
  const sum = new Float64Array(numbers)
  const count = new Float64Array(numbers)
  for (const { joints, confidence } of clips)
    for (let i = 0; i < numbers; i++) {
      if (confidence && !(confidence[Math.floor(i / dims)]! > 0)) continue
      sum[i]! += joints[i]!
      count[i]! += 1
    }
  const joints = Float32Array.from(sum, (value, i) => value / Math.max(1, count[i]!))
  const sure = (point: number) => clips.reduce((total, { confidence }) => total + (confidence?.[point] ?? 1), 0) / clips.length
  const confidence = Float32Array.from({ length: points }, (_, point) => sure(point))
  return motionNumbers({ joints, confidence, frames: 1, fps: clips[0]!.fps }, config)
}

/** [points]: the share of the clips' frames that show each point. */
function seenShares(clips: readonly Clip[]): Float32Array {
  const frames = clips.reduce((sum, clip) => sum + clip.frames, 0)
  return Float32Array.from(countSeen(clips), (count) => count / frames)
}
