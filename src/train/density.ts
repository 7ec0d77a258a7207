// How well a judge's features tell signs apart: the sign density ratio over clips whose glosses are known.

import { SignError } from '../base/errors.js'
import { firstNonFinite } from '../base/finite.js'
import { elements } from '../device/memory.js'
import { Program, Recorder } from '../device/program.js'
import { alignedLabels } from '../infer/ctc/alignment.js'
import { diverged } from '../infer/divergence.js'
import { type PoseFrames, paddedFrames, poseReader } from '../infer/pose_reader.js'
import { MOST_LABELS } from '../kernels/ctc_states.js'
import { type SignDensity, signDensity } from '../metrics/sign_density.js'
import {
  BLANK,
  classOfGloss,
  embedFrames,
  encodeEmbedded,
  glossClasses,
  glossOfClass,
  type PoseToTextModel,
  poseToTextLayers,
  recognise,
} from '../model/pose_to_text.js'
import type { Recording } from '../nn/recording.js'
import { ctcAlign } from '../ops/ctc_align.js'
import { Graph } from '../ops/graph.js'
import { padded } from '../ops/parameter.js'

/** A clip and the glosses that are signed in it. */
export interface LabelledFrames extends PoseFrames {
  readonly name: string
  /** Labels with spaces between, as the model's vocabulary of glosses has them. */
  readonly labels: string
}

export interface DensityOptions {
  /** Which features: of the embedded frames, or of the encoder's output, the default. What SignCL works on, `signCl.at` of the run file says. */
  readonly at?: 'frames' | 'encoder'
  /** Stops between batches; rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/** A gloss's density, by name. */
export type NamedGlossDensity = Omit<SignDensity['glosses'][number], 'gloss'> & { readonly gloss: string }

export interface ModelDensity {
  /** Mean over the glosses of the distance between a gloss's own instances by that to other glosses' instances; undefined where no gloss occurs twice beside another. */
  readonly ratio: number | undefined
  /** Mean over the glosses of the Euclidean distance between an instance of one and one of another; undefined as above. */
  readonly apart: number | undefined
  readonly glosses: readonly NamedGlossDensity[]
  /** Clips that were measured, and those left out because their labels have no alignment to their frames. */
  readonly clips: number
  readonly unaligned: number
}

/** Clips encoded side by side. */
const BATCH = 32

/** What stands for a frame of no gloss: a blank, or a label that the model does not know. */
const NO_GLOSS = -1

/**
 * The sign density ratio of a model's features over some clips: their labels are aligned to the frames by the most likely path of CTC (`ctc_align`), each
 * run of frames of a gloss is an instance of it. Throws ERR_USAGE for a model that does not recognise glosses and for clips it cannot take,
 * ERR_DIVERGED where features are not finite.
 */
export async function signDensityOf(
  model: PoseToTextModel,
  clips: readonly LabelledFrames[],
  options: DensityOptions = {},
): Promise<ModelDensity> {
  model.check()
  if (!model.glosses)
    throw new SignError(
      'ERR_USAGE',
      'sign density',
      'wanted a model that recognises glosses, got one that only translates',
      'Train with loss.recognition above 0',
    )
  const labelled = clips.map((clip) => withLabels(clip, model)).sort((a, b) => a.frames - b.frames)
  const aligned: AlignedFrames[] = []
  for (let first = 0; first < labelled.length; first += BATCH) {
    options.signal?.throwIfAborted()
    aligned.push(...(await alignBatch(model, labelled.slice(first, first + BATCH), options)))
  }
  const { ratio, glosses } = signDensity(aligned, model.config.width)
  return {
    ratio,
    apart: glosses.length > 0 ? glosses.reduce((sum, { across }) => sum + across, 0) / glosses.length : undefined,
    glosses: glosses.map((one) => ({ ...one, gloss: glossOfClass(one.gloss, model.glosses!) })),
    clips: aligned.length,
    unaligned: clips.length - aligned.length,
  }
}

interface Labelled extends PoseFrames {
  /** Classes of CTC. */
  readonly labels: Uint32Array
  /** The same, NO_GLOSS for a label that the model does not know. */
  readonly glosses: readonly number[]
}

interface AlignedFrames {
  readonly embeddings: Float32Array
  readonly glosses: Int32Array
}

function withLabels({ name, values, frames, labels }: LabelledFrames, { config, glosses }: PoseToTextModel): Labelled {
  const refuse = (problem: string, next: string) => new SignError('ERR_USAGE', `sign density: ${name}`, problem, next)
  if (!(frames >= 1 && frames <= config.maxFrames))
    throw refuse(`wanted 1 to ${config.maxFrames} frames, got ${frames}`, 'Cut it, or train with a larger model.maxFrames')
  if (values.length !== frames * config.numbers)
    throw refuse(`wanted ${config.numbers} numbers a frame, got ${values.length / frames}`, 'Give clips of the layout it was trained on')
  if (firstNonFinite(values) >= 0) throw refuse('wanted finite numbers, got one that is not', 'Repair the clip: signllm data check')
  const tokens = glosses!.tokensOf(labels)
  if (tokens.length > MOST_LABELS) throw refuse(`wanted at most ${MOST_LABELS} labels, got ${tokens.length}`, 'Split that clip')
  const classes = Uint32Array.from(tokens, (label) => classOfGloss(glosses!.idOf(label)))
  const unknown = classOfGloss(0)
  return { values, frames, labels: classes, glosses: Array.from(classes, (one) => (one === unknown ? NO_GLOSS : one)) }
}

/** Those of some clips whose labels have an alignment. */
async function alignBatch(
  model: PoseToTextModel,
  clips: readonly Labelled[],
  { at = 'encoder' }: DensityOptions,
): Promise<AlignedFrames[]> {
  const shape = { rows: clips.length, length: paddedFrames(clips) }
  const room = Math.max(1, ...clips.map(({ labels }) => labels.length))
  const recorder = new Recorder()
  const recording: Recording = { graph: new Graph(recorder), weights: model.weights, config: poseToTextLayers(model) }
  const feeds = {
    frames: recorder.feed('frames', [shape.rows, shape.length, padded(model.config.numbers)]),
    frameLengths: recorder.feed('frame_lengths', [shape.rows], 'u32'),
    at: recorder.feed('at', [shape.rows * shape.length], 'u32'),
  }
  const labels = recorder.feed('labels', [shape.rows, room], 'u32')
  const labelLengths = recorder.feed('label_lengths', [shape.rows], 'u32')
  const embedded = embedFrames(recording, feeds)
  const encoded = encodeEmbedded(recording, embedded, { ...feeds, positions: model.positions })
  const given = { labels, labelLengths, lengths: feeds.frameLengths }
  const path = ctcAlign(recording.graph, recognise(recording, encoded), given, { classes: glossClasses(model.glosses!), blank: BLANK })
  const features = at === 'frames' ? embedded : encoded
  recorder.report(features)
  recorder.report(path)
  await using program = await Program.build(model.gpu, recorder)
  const arrays = poseReader(model).lay(clips, shape)
  for (const [name, tensor] of Object.entries(feeds)) program.write(tensor, arrays[name]!)
  const rows = new Uint32Array(elements(labels.shape))
  for (const [b, clip] of clips.entries()) rows.set(clip.labels, b * room)
  program.write(labels, rows)
  program.write(
    labelLengths,
    Uint32Array.from(clips, (clip) => clip.labels.length),
  )
  const [values, states] = await program.run()
  return read(clips, new Float32Array(values!), new Uint32Array(states!), shape.length, model.config.width)
}

function read(clips: readonly Labelled[], features: Float32Array, path: Uint32Array, length: number, width: number): AlignedFrames[] {
  return clips.flatMap(({ frames, glosses: named }, b) => {
    const embeddings = features.slice(b * length * width, (b * length + frames) * width)
    if (firstNonFinite(embeddings) >= 0) throw diverged('the pose-to-text model', 'features that are not')
    const spans = alignedLabels(path.subarray(b * length, b * length + frames), frames)
    if (!spans) return []
    const glosses = new Int32Array(frames).fill(NO_GLOSS)
    for (const { index, start, end } of spans) glosses.fill(named[index]!, start, end)
    return [{ embeddings, glosses }]
  })
}
