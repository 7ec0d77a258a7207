import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { syntheticCorpus } from '../data/synthetic/corpus.js'
import { nearestMeanJudge } from '../judge/judge.testing.js'
import { type AblateOptions, ablate } from './ablate.js'

const corpus = { languages: ['ASL' as const], clipsPerLanguage: 16, words: 6, wordsPerSentence: [1, 2] as [number, number] }
const open: AblateOptions['open'] = async (_, path) => nearestMeanJudge(syntheticCorpus(corpus).train, { seed: Number(path), jitter: 0.05 })

it('trains variants in stages, has judges read their motions beside truth and nearest neighbour, and keeps both', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'signllm-ablate-judged-'))
  const at = (...names: string[]) => join(folder, ...names)
  await writeFile(
    at('run.yaml'),
    `name: tiny
out: ${at('out')}
data: [{ synthetic: ${JSON.stringify(corpus)} }]
model: { width: 16, heads: 2, hidden: 16, encoderLayers: 1, decoderLayers: 1, maxFrames: 40, maxTokens: 8 }
stop: { steps: 4 }
validate: { every: 2, clips: 2 }
log: { tensorboard: false }
`,
  )
  await writeFile(at('variants.yaml'), '- { name: plain }\n- { name: staged, after: { noise.rate: 0, stop.steps: 2 } }\n')
  const said: string[] = []
  const run = (judge: string[]) =>
    ablate(at('run.yaml'), { variants: at('variants.yaml'), seeds: [1], judge, open, say: (line) => said.push(line) })
  try {
    const { rows, baselines, reference, files } = await run(['1', '2'])
    expect([reference, rows.map(({ variant }) => variant)]).toEqual(['plain', ['plain', 'staged']])
    const saved = JSON.parse(await readFile(at('out', 'ablation.json'), 'utf8'))
    expect(
      saved.runs.map(({ steps, points }: { steps: number; points: { step: number }[] }) => [steps, points.map(({ step }) => step)]),
    ).toEqual([
      [4, [2, 4]],
      [6, [2, 4, 6]],
    ])
    expect(saved.runs[0].judged.generated.wer).toHaveLength(2)
    expect(Object.keys(rows[1]!.judged!)).toEqual(['wer', 'chrf'])
    expect(rows[0]!.parameters).toBeGreaterThan(1000)
    expect(rows[0]!.framesPerSecond!.mean).toBeGreaterThan(0)
    expect(baselines.map(({ name }) => name)).toEqual(['truth', 'nearest neighbour'])
    expect(baselines[0]!.judged.wer!.mean).toBeLessThan(rows[0]!.judged!.wer!.mean)
    const markdown = await readFile(at('out', 'ablation.md'), 'utf8')
    expect(markdown).toMatch(/^`signllm ablate run\.yaml --variants variants\.yaml --seeds 1 --judge 1 --judge 2`$/m)
    expect(markdown).toMatch(/^\d{4}-\d\d-\d\d, on .*, seeds 1\. /m)
    expect(markdown).toMatch(/^\| truth \| - \| - \| \d/m)
    expect(files.map((file) => file.replace(/.*\//, ''))).toEqual(['ablation.json', 'ablation.svg', 'ablation.md'])
    expect(said.filter((line) => line.includes('judged on'))).toHaveLength(2)

    said.length = 0
    expect((await run(['1', '2'])).rows).toEqual(rows)
    // The first training of `staged` is the run of `plain`, which is asked for once.
    expect(said.filter((line) => line.endsWith('kept from an earlier run'))).toHaveLength(2)
    expect(said).toHaveLength(2)

    // What was made from a training that is repeated is repeated too.
    await rm(at('out', 'plain-1', 'curve.json'))
    await run(['1', '2'])
    expect(said.filter((line) => line.endsWith('kept from an earlier run'))).toHaveLength(2)
    expect(said.some((line) => line === 'staged, seed 1, training 2 of 2')).toBe(true)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
