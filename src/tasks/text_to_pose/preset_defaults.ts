// What a preset says of a training beside the sizes of its model: defaults of the run file, of which each key gives way to the file's own.

import { type Preset, presets } from '../../model/config.js'

type Section = Readonly<Record<string, unknown>>

/** As the SignDW Transformer was trained. Its cosine has no warm-up, and its first step the whole rate: the end of a warm-up of one step. */
const signDw: Section = {
  tokens: 'words-and-marks',
  // 30,000 tokens with the special ones.
  maxWords: 29_996,
  scaling: 'raw',
  startFrame: 'zeros',
  model: { maxFrames: presets.signdw.maxFrames, maxTokens: presets.signdw.maxTokens },
  loss: { padding: 'frames' },
  optimiser: { kind: 'adamw', rate: 3e-4, weightDecay: 0.01, decayed: 'all', clip: 1 },
  schedule: { kind: 'warmup-cosine', warmup: 1, steps: 20_001, floor: 1 / 30 },
  stop: { steps: 20_000 },
  noise: { rate: 0 },
  batch: { size: 120 },
  validate: { every: 500 },
  log: { every: 20 },
}

const byPreset: Partial<Record<Preset, Section>> = { signdw: signDw }

/** A run file with the defaults of the preset that it names. */
export function presetDefaults(file: unknown): unknown {
  if (!isSection(file) || !isSection(file.model)) return file
  const defaults = byPreset[file.model.preset as Preset]
  return defaults ? withDefaults(file, defaults) : file
}

/** Sections key by key; of one that has a kind, and another than the defaults are for, as it stands. */
function withDefaults(own: Section, defaults: Section): Section {
  if (own.kind !== undefined && own.kind !== defaults.kind) return own
  const merged = Object.entries(defaults).map(([key, value]) => {
    const there = own[key]
    return [key, isSection(there) && isSection(value) ? withDefaults(there, value) : (there ?? value)] as const
  })
  return { ...Object.fromEntries(merged), ...own, ...Object.fromEntries(merged.filter(([key]) => isSection(own[key]))) }
}

const isSection = (value: unknown): value is Section => typeof value === 'object' && value !== null && !Array.isArray(value)
