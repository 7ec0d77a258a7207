// Layers that a model has several times, or that another part of it reads by: where they find their parameters.

import type { ParameterSpec } from './parameter_spec.js'
import type { Weights } from './recording.js'

/** The parameters under `name/`, by the names that layers know them by. */
export const weightsUnder = (name: string, weights: Weights): Weights => ({
  get: (own) => weights.get(`${name}/${own}`),
  joined: (names) => weights.joined(names.map((own) => `${name}/${own}`)),
})

/** What those are in a model's list. */
export const specsUnder = (name: string, specs: readonly ParameterSpec[]): ParameterSpec[] =>
  specs.map((spec) => ({ ...spec, name: `${name}/${spec.name}` }))

/** Parameters as they are, which nothing goes back to: of a part that a training reads by and does not train. */
export const untrained = (weights: Weights): Weights => ({
  get: (name) => bare(weights.get(name)),
  joined: (names) => bare(weights.joined(names)),
})

// Halves are made anew with the steps that train them: between those they may be of weights gone by.
const bare = ({ name, value }: ReturnType<Weights['get']>) => ({ name, value })
