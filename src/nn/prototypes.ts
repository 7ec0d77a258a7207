// Sign2GPT's prototype head (Wong et al. 2024): which pseudo-glosses a clip shows and where, learnt from their sets alone. Tokens are compared
// with a word vector of each class; one more class of zeros takes what shows none.

import type { Tensor } from '../device/memory.js'
import { cosines } from '../ops/cosines.js'
import { dropout } from '../ops/dropout.js'
import { padded } from '../ops/parameter.js'
import { type PrototypeScores, prototypeScores } from '../ops/prototype_scores.js'
import { project } from './layers.js'
import type { ParameterSpec } from './parameter_spec.js'
import type { Recording } from './recording.js'
import { defaultLinearSpecs } from './specs.js'

export interface PrototypeSizes {
  /** Of the tokens that come in. */
  readonly width: number
  /** Numbers of a word vector. */
  readonly vectorWidth: number
  /** The zero class, which comes last, is not one of them. */
  readonly classes: number
}

export interface PrototypeTraining {
  /** Whether the word vectors are trained. Those that are all zeros, the zero class among them, stay so either way. */
  readonly vectors: boolean
  /** Whether the temperatures of both softmaxes are. */
  readonly temperatures: boolean
}

/** Both softmaxes begin with it. */
const FIRST_TEMPERATURE = 0.1

export function prototypeSpecs(name: string, { width, vectorWidth, classes }: PrototypeSizes, train: PrototypeTraining): ParameterSpec[] {
  return [
    ...defaultLinearSpecs(`${name}/hidden`, width, vectorWidth),
    {
      name: `${name}/vectors`,
      shape: [classes + 1, vectorWidth],
      init: { kind: 'normal', deviation: 1, zeroRow: classes },
      trainable: train.vectors,
      table: true,
    },
    // Of the classes and of time.
    {
      name: `${name}/temperatures`,
      shape: [2],
      init: { kind: 'rows', values: [FIRST_TEMPERATURE, FIRST_TEMPERATURE] },
      trainable: train.temperatures,
    },
  ]
}

/** Columns of the head's scores and of its map: those from `classes` on, the zero class and padding, are for no loss. */
export const scoreColumns = (classes: number): number => padded(classes + 1)

export interface PrototypeHead extends PrototypeScores {
  /** [B, T, columns]: of every token with every prototype; 0 with the zero class. */
  readonly cosines: Tensor
}

/** Scores and map of the tokens x [B, T, width] before each of lengths u32 [B], with the parameters under `name`. */
export function prototypeHead(
  r: Pick<Recording, 'graph' | 'weights'>,
  name: string,
  {
    x,
    lengths,
    classes,
    dropout: rate,
  }: { readonly x: Tensor; readonly lengths: Tensor; readonly classes: number; readonly dropout: number },
): PrototypeHead {
  const { graph, weights } = r
  const hidden = project(r, `${name}/hidden`, dropout(graph, x, rate))
  return graph.recorder.scope(name, () => {
    const s = cosines(graph, hidden, weights.get(`${name}/vectors`))
    const temperatures = weights.get(`${name}/temperatures`)
    return { cosines: s, ...prototypeScores(graph, s, { lengths, temperatures, classes: classes + 1 }) }
  })
}

export interface PresenceLoss {
  readonly classes: number
  /** λ: what the mean over clips and classes is multiplied by. */
  readonly weight: number
  /** Clips of the whole batch, of which these may be a part. */
  readonly whole: number
}

/** What a binary cross-entropy of the scores wants: goal [B, columns], 1 for each class of a clip however often it is named, and each clip's share. */
export function presenceGoals(ids: readonly (readonly number[])[], { classes, weight, whole }: PresenceLoss) {
  const columns = scoreColumns(classes)
  const goal = new Float32Array(ids.length * columns)
  ids.forEach((named, b) => {
    for (const id of named) goal[b * columns + id] = 1
  })
  return { goal, coefficient: new Float32Array(ids.length).fill(weight / (whole * classes)) }
}
