// `signllm demo`: from nothing to a page that signs, on any machine. Trains a small two-language model on the built-in corpus,
// signs sentences it has not seen, scores them beside the baselines, and writes a viewer page, a GIF and a picture.

import { join } from 'node:path'
import { counted } from '../base/counted.js'
import { readPoseCheckpoint } from '../checkpoint/file.js'
import { restoreModel } from '../checkpoint/restore.js'
import { Generator } from '../infer/generator.js'
import { dtw } from '../metrics/dtw.js'
import { wristPathRatio } from '../metrics/motion.js'
import { formatScores, type ScoredPair, type ScoreRow, scoreMotions } from '../metrics/scores.js'
import type { Clip } from '../motion/clip.js'
import { saveMotion } from '../outputs/save.js'
import type { ViewerEntry } from '../outputs/viewer/viewer.js'
import { writeViewer } from '../outputs/viewer/viewer.js'
import { trainRun } from '../tasks/run.js'
import { parseRunConfig } from '../tasks/text_to_pose/config.js'
import { type LanguageData, loadData } from '../tasks/text_to_pose/data.js'
import { openAdapter } from './adapter.js'
import { ProgressDisplay, type ProgressStream } from './progress_display.js'

export interface DemoOptions {
  readonly out: string
  /** Throw away a run in its folder that is not the demo's own. */
  readonly overwrite?: boolean
  readonly adapter?: string | undefined
  readonly json?: boolean
  readonly signal?: AbortSignal
  readonly stream?: ProgressStream
}

export interface DemoSummary {
  readonly adapter: string
  readonly seconds: number
  readonly rows: readonly ScoreRow[]
  /** The motion is right: wrists travel 0.8 to 1.2 of the true path, and DTW is at most half of the mean pose's. */
  readonly passed: boolean
  readonly files: readonly string[]
}

/** The run file of the demo. Its steps take about two minutes on two cores with the embedded driver. */
export const demoRun = (out: string) => `
name: demo
out: ${JSON.stringify(join(out, 'run'))}
data:
  - synthetic: { languages: [ASL, GSL], clipsPerLanguage: 60, words: 8, wordsPerSentence: [1, 2], framesPerSign: 8, seed: 1 }
tokens: words
model: { preset: tiny, maxFrames: 60, maxTokens: 16 }
optimiser: { kind: adamw, rate: 3.0e-3, weightDecay: 0.01 }
schedule: { kind: warmup-cosine, warmup: 80, steps: 1400, floor: 0.05 }
batch: { size: 4, bucket: 8 }
stop: { steps: 1400 }
validate: { every: 1400, clips: 12 }
checkpoint: { every: 1400 }
`

/** Runs the demo. Throws ERR_USAGE where `<out>/run` holds another run than the demo's own and nothing says to overwrite it, and what training and writing throw. */
export async function demo(options: DemoOptions): Promise<DemoSummary> {
  const { out, overwrite = false, adapter, signal, stream = process.stderr, json = false } = options
  const began = performance.now()
  const config = parseRunConfig(demoRun(out), 'demo')
  const { gpu } = await openAdapter({ adapter }, { json })
  try {
    const display = new ProgressDisplay({ stream, json })
    try {
      for await (const event of trainRun(gpu, config, { overwrite: overwrite || 'same', signal })) {
        if (event.kind === 'start')
          display.note(`training ${event.parameters.toLocaleString('en')} parameters on ${counted(event.clips, 'clip')}, on ${gpu.label}`)
        if (event.kind === 'step') display.show(event.progress, { loss: event.loss })
      }
    } finally {
      display.done()
    }
    signal?.throwIfAborted()

    const data = await loadData(config)
    const model = restoreModel(gpu, await readPoseCheckpoint(join(config.out, 'last.safetensors')))
    const pairs: ScoredPair[] = []
    for (const { language, dev } of data) {
      const generator = new Generator(gpu, model.group(language))
      const motions = await generator.generate(
        dev.map(({ clip }) => clip.text),
        { signal },
      )
      motions.forEach((hypothesis, i) => {
        pairs.push({ reference: dev[i]!.clip, hypothesis })
      })
    }
    const rows = scoreMotions(pairs, trainClips(data))
    const files = await writePictures(out, pairs)
    const [scored, meanPose] = rows as [ScoreRow, ScoreRow]
    const passed = scored.wristPathRatio >= 0.8 && scored.wristPathRatio <= 1.2 && scored.dtw <= meanPose.dtw / 2
    return { adapter: gpu.label, seconds: (performance.now() - began) / 1000, rows, passed, files }
  } finally {
    await gpu.destroy()
  }
}

/** The summary as lines for people. */
export function formatDemo({ adapter, seconds, rows, passed, files }: DemoSummary): string {
  return [
    `scores on held-out sentences (${adapter}, ${seconds.toFixed(0)} s in total):`,
    formatScores(rows),
    passed
      ? 'check passed: wrist path 0.8 to 1.2, DTW at most half of the mean pose’s'
      : 'check FAILED: wanted a wrist path of 0.8 to 1.2 and a DTW of at most half of the mean pose’s',
    'results:',
    ...files.map((file) => `  ${file}`),
  ].join('\n')
}

async function writePictures(out: string, pairs: readonly ScoredPair[]): Promise<string[]> {
  const page = join(out, 'demo.html')
  await writeViewer(page, pairs.map(viewerEntry), { title: 'signllm demo: generated motions beside the reference clips' })
  const longest = pairs.reduce((a, b) => (b.reference.frames > a.reference.frames ? b : a))
  const { text, language } = longest.reference
  const pictures = ['demo.gif', 'demo.png'].map((name) => join(out, name))
  for (const path of pictures) await saveMotion(path, longest.hypothesis, { text, language, reference: longest.reference })
  return [page, ...pictures]
}

function viewerEntry({ reference, hypothesis }: ScoredPair): ViewerEntry {
  const { language, text } = reference
  const scores = {
    DTW: dtw(reference, hypothesis).distance,
    'wrist path': wristPathRatio(reference, hypothesis),
    frames: `${hypothesis.frames} of ${reference.frames}`,
  }
  return { title: text, language, text, motion: hypothesis, reference, scores }
}

const trainClips = (data: readonly LanguageData[]): Clip[] => data.flatMap(({ train }) => train.map(({ clip }) => clip))
