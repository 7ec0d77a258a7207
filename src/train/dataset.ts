// From a run file's `data` to samples: one language a group, each with its vocabulary and start frame.

import { readFile } from 'node:fs/promises'
import { SignError } from '../base/errors.js'
import { loadCorpus, type Source, sourceOf } from '../data/corpus.js'
import { syntheticCorpus } from '../data/synthetic.js'
import { type ModelConfig, presets } from '../model/config.js'
import { measureScaling, rawFrames } from '../model/frame_scaling.js'
import type { GroupDescription } from '../model/sign_model.js'
import type { Clip } from '../motion/clip.js'
import { COORDS } from '../motion/skeleton.js'
import type { TokenPolicy } from '../text/tokenise.js'
import { Vocabulary } from '../text/vocabulary.js'
import type { Sample } from './batch_arrays.js'
import type { DataEntry, RunConfig } from './run_config.js'

/** One language's data. */
export interface LanguageData {
  readonly language: string
  readonly source: Source
  readonly train: readonly Sample[]
  /** Held-out clips; empty where the corpus has none. */
  readonly dev: readonly Sample[]
  readonly group: GroupDescription
}

/** The model sizes a run file asks for: its preset, with what it overrides. */
export function modelConfig({ model }: RunConfig): ModelConfig {
  const { preset, ...overrides } = model
  return { ...presets[preset], ...overrides }
}

/** Loads every language. Throws ERR_DATA or ERR_CONFIG naming file and line for what cannot be trained on. */
export async function loadData(config: RunConfig): Promise<LanguageData[]> {
  const sizes = modelConfig(config)
  const languages: LanguageData[] = []
  for (const entry of config.data)
    languages.push(...('synthetic' in entry ? synthetic(entry, config, sizes) : [await fromFiles(entry, config, sizes)]))
  return languages
}

type FileEntry = Extract<DataEntry, { train: string }>
type SyntheticEntry = Extract<DataEntry, { synthetic: object }>

async function fromFiles(entry: FileEntry, config: RunConfig, sizes: ModelConfig): Promise<LanguageData> {
  const { language, source, fps, skipFrames, long } = entry
  const load = async (prefix: string | undefined) => {
    if (prefix === undefined) return []
    const { clips } = await loadCorpus({
      skels: prefix,
      language,
      source,
      fps,
      skipFrames,
      maxFrames: sizes.maxFrames,
      maxTokens: sizes.maxTokens - 1,
      long,
    })
    return clips.filter((clip) => clip.language === language)
  }
  const train = await load(entry.train)
  if (train.length === 0)
    throw new SignError('ERR_DATA', `${entry.train}.skels`, `wanted clips of ${language}, got none`, 'Check the language tag')
  const fixed = entry.vocabulary === undefined ? undefined : await readVocabulary(entry.vocabulary, config.tokens)
  return assemble(language, source, train, await load(entry.dev), config, sizes, fixed)
}

/** A vocabulary file, one word a line in id order. Throws ERR_DATA naming it. */
export async function readVocabulary(path: string, tokens: TokenPolicy): Promise<Vocabulary> {
  try {
    const text = await readFile(path, 'utf8')
    return Vocabulary.fromLines(text.replace(/\n$/, '').split('\n'), tokens, path)
  } catch (cause) {
    if (cause instanceof SignError) throw cause
    throw new SignError('ERR_DATA', path, `wanted a vocabulary, got ${(cause as Error).message}`, 'Check the path', { cause })
  }
}

function synthetic({ synthetic: options }: SyntheticEntry, config: RunConfig, sizes: ModelConfig): LanguageData[] {
  const { train, dev } = syntheticCorpus(options)
  return options.languages.map((language) => {
    const of = (clips: readonly Clip[]) => clips.filter((clip) => clip.language === language)
    return assemble(language, 'text', of(train), of(dev), config, sizes)
  })
}

function assemble(
  language: string,
  source: Source,
  train: readonly Clip[],
  dev: readonly Clip[],
  config: RunConfig,
  sizes: ModelConfig,
  fixed?: Vocabulary,
): LanguageData {
  const vocabulary =
    fixed ??
    Vocabulary.build(
      train.map((clip) => sourceOf(clip, source)),
      config.tokens,
    )
  const sample = (clip: Clip): Sample => withinLimits({ clip, ids: vocabulary.encode(sourceOf(clip, source)) }, sizes)
  const scaling = config.scaling === 'spread' ? measureScaling(train) : rawFrames()
  const group = { language, config: sizes, vocabulary, startFrame: meanFirstFrame(train), scaling, fps: train[0]!.fps }
  return { language, source, train: train.map(sample), dev: dev.map(sample), group }
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

/** Where every clip of a language starts from: the mean of its first frames. */
function meanFirstFrame(clips: readonly Clip[]): Float32Array {
  const sum = new Float64Array(COORDS)
  for (const { joints } of clips) for (let i = 0; i < COORDS; i++) sum[i]! += joints[i]!
  return Float32Array.from(sum, (value) => value / clips.length)
}
