// Options that several commands of `signllm data` have.

import { Option } from 'commander'
import { picture, positive, rate } from './cli_options.js'
import type { Normalisation } from './commands/motion_clips.js'
import { detectors } from './formats/detector.js'
import { layoutNames } from './motion/layout/layout.js'

const modes = ['adam', 'descent'] as const
const normalisations = ['neck', 'nine'] as const

export const lifting = {
  mode: () => new Option('--mode <name>', 'optimiser of lifting; descent is the published one').choices(modes).default('adam'),
  iterations: ['--iterations <n>', 'maximum number of iterations (default: 300 for adam, 1000 for descent)', positive],
} as const

export const rates = {
  video: [
    '--video-fps <n>',
    'frame rate of the videos (default: the rate stored in the input, else 24 for detections and 25 for a corpus)',
    rate,
  ],
  fps: ['--fps <n>', 'frame rate to resample all clips to (default: unchanged)', rate],
} as const
export const detecting = {
  detector: () =>
    new Option('--detector <name>', 'pose estimator that wrote the files (default: detected from the files)').choices(detectors),
  picture: [
    '--picture <WxH>',
    'size of the videos in pixels, for files with relative coordinates (DWPose, OpenPose with --keypoint_scale 3 or 4), e.g. 1280x720',
    picture,
  ],
} as const
export const videos = {
  captions: [
    '--captions <track>',
    'captions that cut videos (SignVerse-2M) into clips: original, a language such as en (a track or translation), or none for whole videos (default: original)',
  ],
  table: ['--table <file.csv>', "table of the videos' sign languages (default: *metadata*.csv beside them)"],
} as const
export const points = {
  layout: () =>
    new Option(
      '--layout <name>',
      'points of a frame in the output: 3D joints (lifted where there is no depth), or the points of the source as they are',
    )
      .choices(layoutNames)
      .default('skeleton-50'),
} as const
export const again = {
  resume: () => new Option('--resume', 'resume an interrupted run').conflicts('overwrite'),
  overwrite: ['--overwrite', 'replace existing output'],
} as const
export const skipBroken = ['--skip-broken', 'exit with status 0 even if clips could not be used and were left out'] as const
export const words = {
  names: ['--names <file>', 'names of the clips to use, one per line; others are left out'],
  text: ['--text <file>', 'sentences, one per line, in the order of --names'],
  gloss: ['--gloss <file>', 'glosses, one per line, in the order of --names'],
} as const
export const writing = {
  normalisation: () =>
    new Option(
      '--normalisation <name>',
      'neck: neck at the origin, shoulder width 1/3; nine: standardised and divided by 9, as published by Prompt2Sign',
    )
      .choices(normalisations)
      .default('neck'),
  /** What --normalisation was called before. */
  form: () => new Option('--form <name>').choices(normalisations).conflicts('normalisation').hideHelp(),
  licence: ['--licence <text>', "licence of the data, for the corpus' manifest"],
} as const

/** The options with the older --form under its present name. */
export const normalised = <Given extends { normalisation: Normalisation; form?: Normalisation }>(options: Given): Given =>
  options.form === undefined ? options : { ...options, normalisation: options.form }
