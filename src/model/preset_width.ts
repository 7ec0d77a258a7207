// The width of a run's model, whatever its task.

import { type Preset, presets } from './config.js'
import { type SignPreset, signPresets } from './sign_sizes.js'
import { type ConvolvedPreset, convolvedPresets } from './text_transformer_sizes.js'

/** What a run file says of a model's width. */
export interface PresetModel {
  readonly preset: Preset | SignPreset | ConvolvedPreset
  readonly width?: number | undefined
}

/** Presets of one name have one width, whatever the task. */
const widths = { ...presets, ...signPresets, ...convolvedPresets }

/** As the run file has it, else its preset. */
export const modelWidth = ({ preset, width }: PresetModel): number => width ?? widths[preset].width
