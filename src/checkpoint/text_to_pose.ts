// What a checkpoint of a text-to-pose model says: a group of weights, with its words and units, for each language.

import * as z from 'zod'
import { SignError } from '../base/errors.js'
import { firstNonFinite } from '../base/finite.js'
import {
  coordinateUnits,
  counterEnds,
  heads,
  initialisations,
  largest,
  lengthForms,
  MOST_NUMBERS,
  type ModelConfig,
  pointScores,
} from '../model/config.js'
import type { GroupDescription, SignModel } from '../model/sign_model.js'
import { layoutNames } from '../motion/layout/layout.js'
import { layouts } from '../motion/layout/layouts.js'
import { bones, COORDS } from '../motion/skeleton.js'
import type { HostTensor } from '../nn/host_tensor.js'
import { type Part, savedTensors } from './arenas.js'
import { type Checkpoint, type CheckpointContent, notSaved, tensorsUnder } from './checkpoint.js'
import { parsedAs } from './metadata.js'
import { exchangedGroup, exchangedTensor, isExchanged } from './sides.js'
import { savedSizes } from './sizes.js'
import { checkTask, TEXT_TO_POSE } from './tasks.js'

const savedConfig = z.strictObject({
  ...savedSizes,
  /** Of files of before there were others: the 50 joints. */
  layout: z.enum(layoutNames).default('skeleton-50'),
  numbers: z.int().positive().max(MOST_NUMBERS).default(COORDS),
  scores: z.enum(pointScores).default('none'),
  units: z.enum(coordinateUnits).default('layout'),
  futureFrames: z.int().max(largest.futureFrames),
  justCounter: z.boolean(),
  /** Of files of before there was another: joints. */
  head: z.enum(heads).default('joints'),
  lengthHead: z.boolean(),
  // Absent in what was saved before there was a choice.
  durations: z.boolean().default(false),
  residualDropout: z.number().min(0).default(0),
  attentionDropout: z.number().min(0).default(0),
  normEpsilon: z.number().positive().default(1e-6),
  encoderNorm: z.boolean().default(true),
  scaledTokens: z.boolean().default(false),
  initialisation: z.enum(initialisations).default('separate'),
  counterHead: z.boolean().default(true),
  headBias: z.boolean().default(false),
  lengthForm: z.enum(lengthForms).default('log'),
  minFrames: z.int().positive().max(largest.maxFrames).default(1),
  counterEnd: z.enum(counterEnds).default('clip'),
  openingToken: z.boolean().default(false),
  cutSentences: z.boolean().default(false),
  maxFrames: z.int().positive().max(largest.maxFrames),
})

const savedModel = z.strictObject({ groups: z.array(z.strictObject({ language: z.string(), config: savedConfig })) })

/** What the numbers of a group's frames are measured in, and where its clips start. */
const savedUnits = ({ numbers, layout }: Pick<ModelConfig, 'numbers' | 'layout'>) =>
  z.strictObject({
    motions: z.literal(layouts[layout].scale),
    startFrame: z.array(z.number()).length(numbers),
    scaling: z.strictObject({ centre: z.array(z.number()).length(numbers + 1), scale: z.array(z.number().positive()).length(numbers + 1) }),
    fps: z.number().positive(),
    /** Files of before bones were measured have none. */
    bones: z.strictObject({ lengths: z.array(z.number().min(0)).length(bones.length), spread: z.number().min(0) }).exactOptional(),
    /** Of layouts whose points may be unseen. */
    seen: z.array(z.number().min(0).max(1)).length(layouts[layout].points).exactOptional(),
  })

/** A text-to-pose model as it was read, still on the host. */
export interface PoseCheckpoint {
  readonly task: typeof TEXT_TO_POSE
  /** Where it was read from, or the name it was given: for messages. */
  readonly path: string
  readonly groups: readonly GroupDescription[]
  /** Languages whose groups were trained with the other side called right, and are brought to ours as they are read (sides.ts). */
  readonly exchanged: readonly string[]
  /** What its user should know, as sentences; a command says them on standard error. */
  readonly notes: readonly string[]
  /** What the trainer saved to go on from; absent in a model meant for use only. */
  readonly state: unknown
  tensors(part: Part, language: string): Map<string, HostTensor>
}

/** Takes a checkpoint as a text-to-pose model. Throws ERR_CHECKPOINT for one of another task, or inconsistent. */
export function poseCheckpoint(checkpoint: Checkpoint): PoseCheckpoint {
  checkTask(checkpoint, TEXT_TO_POSE)
  const { path, notes, state } = checkpoint
  const stored = storedGroups(checkpoint)
  const exchanged = stored.filter(isExchanged).map(({ language }) => language)
  return {
    task: TEXT_TO_POSE,
    path,
    groups: stored.map((group) => (isExchanged(group) ? exchangedGroup(group) : group)),
    exchanged,
    notes,
    state,
    tensors: (part, language) => {
      const tensors = tensorsUnder(checkpoint, `${part}/${language}/`)
      if (!exchanged.includes(language)) return tensors
      return new Map([...tensors].map(([name, tensor]) => [name, exchangedTensor(name, tensor)]))
    },
  }
}

function storedGroups({ path, model, vocabularies, normalisation }: Checkpoint): GroupDescription[] {
  const { groups } = parsedAs(savedModel, model, 'descriptions of groups', path)
  const byLanguage = {
    units: new Map(Object.entries(normalisation ?? {})),
    vocabulary: new Map(Object.entries(vocabularies)),
  }
  return groups.map(({ language, config }) => {
    const vocabulary = byLanguage.vocabulary.get(language)
    if (!vocabulary)
      throw new SignError('ERR_CHECKPOINT', path, `wanted a vocabulary of ${language}, got none`, 'Save the checkpoint again')
    const units = parsedAs(savedUnits(config), byLanguage.units.get(language), `the units of ${language}`, path)
    return {
      language,
      config: config as ModelConfig,
      vocabulary,
      startFrame: Float32Array.from(units.startFrame),
      scaling: { centre: Float32Array.from(units.scaling.centre), scale: Float32Array.from(units.scaling.scale) },
      fps: units.fps,
      ...(units.bones && { bones: { lengths: Float32Array.from(units.bones.lengths), spread: units.bones.spread } }),
      ...(units.seen && { seen: Float32Array.from(units.seen) }),
    }
  })
}

/** What to save of a model; with `state`, the optimiser's moments too. Throws ERR_DIVERGED naming `who` for units that are not finite. */
export async function poseContent(who: string, { groups }: SignModel, state?: unknown): Promise<CheckpointContent> {
  const tensors: [string, HostTensor][] = []
  for (const group of groups) {
    const { language, weights } = group
    refuseNonFinite(who, group)
    tensors.push(...(await savedTensors(weights, state !== undefined, (part, name) => `${part}/${language}/${name}`)))
  }
  return {
    task: TEXT_TO_POSE,
    // In the schema's order of keys, whoever made it: equal models give equal bytes.
    model: { groups: groups.map(({ language, config }) => ({ language, config: savedConfig.parse(config) })) },
    vocabularies: Object.fromEntries(groups.map(({ language, vocabulary }) => [language, vocabulary])),
    normalisation: Object.fromEntries(groups.map((group) => [group.language, unitsOf(group)])),
    state,
    tensors: new Map(tensors),
  }
}

function unitsOf({ config, startFrame, scaling, fps, bones: known, seen }: GroupDescription): z.input<ReturnType<typeof savedUnits>> {
  return {
    motions: layouts[config.layout].scale,
    startFrame: [...startFrame],
    scaling: { centre: [...scaling.centre], scale: [...scaling.scale] },
    fps,
    ...(known && { bones: { lengths: [...known.lengths], spread: known.spread } }),
    ...(seen && { seen: [...seen] }),
  }
}

/** JSON has no word for such numbers: the file could not be read again. */
function refuseNonFinite(who: string, { language, startFrame, scaling, fps, bones: known, seen }: GroupDescription): void {
  const boneNumbers = known && { 'bone lengths': known.lengths, 'bone spread': [known.spread] }
  for (const [what, values] of Object.entries({ startFrame, ...scaling, fps: [fps], ...boneNumbers, ...(seen && { seen }) })) {
    const at = firstNonFinite(values)
    if (at >= 0) throw notSaved(who, `${what} of ${language}`, `${values[at]}`)
  }
}
