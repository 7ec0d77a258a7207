import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { largestDifference } from '../bench/peers/agreement.js'
import { chosenPeers } from '../bench/peers/peers.js'
import {
  type Figures,
  FORMAT,
  isComplete,
  markdownTable,
  missingPeers,
  type Part,
  type PeersReport,
  ratioRows,
  readReport,
} from '../bench/peers/report.js'
import { tasks } from '../bench/peers/tasks.js'

const figures = (bestMs: number, medianMs: number, difference = 0): Figures => ({
  bestMs,
  medianMs,
  samplesMs: [bestMs, medianMs],
  times: 1,
  waiting: 'as shipped',
  difference,
  allowed: 1e-4,
})
const part = (task: string, peers: Part['peers'], more: Partial<Part> = {}): Part => ({
  task,
  sizes: {},
  chain: 1,
  tolerance: 1e-4,
  rounds: 2,
  load: [0, 0],
  peers,
  ...more,
})
const hello = { device: 'no GPU', versions: {} }
const report = (parts: readonly Part[]): PeersReport => ({
  format: FORMAT,
  machine: { processor: 'none', cores: 1, driverThreads: 4, node: 'v20' },
  peers: { ours: hello, tfjs: hello, 'jax-webgpu': hello, 'jax-wasm': hello, 'torch-cpu': 'no torch' },
  parts,
})

describe('ratioRows', () => {
  it('compares a peer with our figures of the same part, and names the best on our adapter', () => {
    const first = part('linear', { ours: figures(1, 2), tfjs: figures(3, 8), 'jax-webgpu': figures(2, 6), 'jax-wasm': figures(1, 1) })
    const later = part('linear', { ours: figures(2, 4), tfjs: figures(3, 4) }, { flops: 1e6 })
    const [heading, row] = ratioRows(report([{ ...first, flops: 1e6 }, later]))
    // A peer that never started has no column.
    expect(heading).toEqual(['their time ÷ ours', 'ours, ms', 'GFLOP/s', 'tfjs', 'jax-webgpu', 'jax-wasm', 'best WebGPU'])
    expect(row).toEqual(['linear', '2.00 (1.00)', '1.0', '1.00 (1.50)', '3.00 (2.00)', '0.50 (1.00)', '1.00 (1.50)'])
  })

  it('shows a time limit, and marks another result', () => {
    const [, row] = ratioRows(report([part('step', { ours: figures(1, 1), tfjs: 'longer than 150 s', 'jax-webgpu': figures(2, 2, 0.1) })]))
    expect(row).toEqual(['step', '1.00 (1.00)', '', '> 150 s', '2.00 (2.00) !', '–', '2.00 (2.00) !'])
  })

  it('makes Markdown of itself', () => {
    expect(markdownTable([['a', 'b'], ['c', 'd']])).toBe('| a | b |\n| :-- | --: |\n| c | d |') // biome-ignore format: rows
  })
})

describe('going on', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'signllm-peers-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('asks for what no complete part has', () => {
    const stopped = part('linear', { ours: figures(1, 1), tfjs: figures(1, 1) }, { load: [0] })
    expect(isComplete(stopped)).toBe(false)
    expect(missingPeers([stopped], 'linear', ['ours', 'tfjs'])).toEqual(['ours', 'tfjs'])
    const whole = part('linear', { ours: figures(1, 1), tfjs: 'longer than 150 s' })
    expect(missingPeers([stopped, whole], 'linear', ['ours', 'tfjs', 'jax-wasm'])).toEqual(['jax-wasm'])
  })

  it('reads what was saved, and refuses another format', async () => {
    const path = join(folder, 'peers.json')
    expect(await readReport(path)).toBeUndefined()
    await writeFile(path, JSON.stringify(report([])))
    expect(await readReport(path)).toEqual(report([]))
    await writeFile(path, '{"tasks": []}')
    await expect(readReport(path)).rejects.toThrow(`wanted a report of format '${FORMAT}' to go on from`)
  })
})

describe('choice of work', () => {
  it('leaves CUDA to GPUs and the CPU to software drivers, unless asked for', () => {
    expect(chosenPeers('', true)).toEqual(expect.arrayContaining(['ours', 'tfjs', 'jax-wasm', 'torch-cpu']))
    expect(chosenPeers('', true).filter((name) => name.includes('cuda'))).toEqual([])
    expect(chosenPeers('', false)).toEqual(expect.arrayContaining(['torch-cuda', 'torch-cuda-bf16', 'ort-webgpu']))
    expect(chosenPeers('', false)).not.toContain('torch-cpu')
    expect(chosenPeers('torch-cpu', false)).toEqual(['ours', 'torch-cpu'])
  })

  it('keeps large tasks for GPUs', () => {
    const names = (set: Parameters<typeof tasks>[0]) => tasks(set).map(({ name }) => name)
    expect(names('large').filter((name) => !names('usual').includes(name))).toEqual([
      'linear 4096',
      'linear 4096 f16',
      'pt-base step, batch 64',
    ])
    expect(new Set(names('large')).size).toBe(names('large').length)
  })

  it('tells results apart', () => {
    expect(largestDifference([1, -2], [1, -2.02])).toBeCloseTo(0.01)
    expect(largestDifference([1], [1, 1])).toBe(Number.POSITIVE_INFINITY)
    expect(largestDifference([1], [Number.NaN])).toBe(Number.POSITIVE_INFINITY)
  })
})
