// The judge's training step as a peer's task: what it measures, that ours does it, and that PyTorch's side is a program that answers.

import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { judgeStep } from '../bench/peers/judge_step.js'
import { drawnIds, judgeSpecs, noise, parametersOf, tasks } from '../bench/peers/tasks.js'
import { trainedNumbers } from '../src/nn/parameter_spec.js'
import { lentGpu } from './harness.js'

const taskOf = (set: 'small' | 'usual') => tasks(set).find(({ kind }) => kind === 'judge_step')!
const python = spawnSync('python3', ['--version']).status === 0

describe('the judge step', () => {
  it('is of preset slt-base on 150 numbers a frame, 1,088 classes of glosses and 2,891 words: 25,669,184 parameters', () => {
    const { sizes, inputs } = taskOf('usual')
    expect(sizes).toMatchObject({
      batch: 8,
      frames: 128,
      words: 12,
      glosses: 8,
      width: 512,
      heads: 8,
      hidden: 2048,
      encoderLayers: 3,
      decoderLayers: 3,
    })
    expect(trainedNumbers(judgeSpecs(sizes))).toBe(25_669_184)
    const given = parametersOf(taskOf('usual')).map((name) => inputs[name]!.shape.reduce((product, n) => product * n, 1))
    expect(given.reduce((sum, n) => sum + n, 0)).toBe(25_669_184)
  })

  it('begins at the loss of the weights, and trains from there', async () => {
    const task = taskOf('small')
    const first = await (await judgeStep(await lentGpu(), task)).result()
    expect(first).toHaveLength(3)
    expect(first.every(Number.isFinite)).toBe(true)
    expect(first[2]).toBeLessThan(first[1]!)
    expect(first[1]).toBeLessThan(first[0]!)
    // The same words and weights each time: peers are compared by these losses.
    expect(await (await judgeStep(await lentGpu(), task)).result()).toEqual(first)
  })

  it('leaves its weights to the seeds: where a head is all zeros, its loss is that of equal odds', async () => {
    const task = taskOf('small')
    const { vocabulary, words, translation } = task.sizes as Record<string, number>
    const inputs = { ...task.inputs, 'words/out/weight': { ...task.inputs['words/out/weight']!, scale: 0 } }
    const sizes = { ...task.sizes, recognition: 0 }
    const [loss] = await (await judgeStep(await lentGpu(), { ...task, sizes, inputs })).result()
    expect(loss).toBeCloseTo(translation! * (words! + 1) * Math.log(vocabulary!), 3)
  })

  it('draws ids within their bounds, others from another seed', () => {
    const ids = [...drawnIds(200, 3, 3, 12)]
    expect([Math.min(...ids), Math.max(...ids)]).toEqual([3, 11])
    expect([...drawnIds(200, 2, 3, 12)]).not.toEqual(ids)
  })
})

describe.skipIf(!python)('torch_peer.py', () => {
  const script = 'bench/peers/torch_peer.py'

  it('is a program of Python’s', () => {
    execFileSync('python3', ['-c', `import ast; ast.parse(open('${script}').read())`])
  })

  it('answers with a line of JSON: who it is, or why it is not there', async () => {
    const child = spawn('python3', [script], { stdio: ['pipe', 'ignore', 'ignore', 'pipe'] })
    const said = text(child.stdio[3] as Readable)
    child.stdin!.on('error', () => undefined)
    child.stdin!.end()
    await once(child, 'exit')
    const [line, ...more] = (await said).trimEnd().split('\n')
    expect(more).toEqual([])
    const answer = JSON.parse(line!) as { unable?: string; versions?: { torch: string } }
    expect(answer.unable ?? answer.versions?.torch).toMatch(/./)
  })

  const numpy = python && spawnSync('python3', ['-c', 'import numpy']).status === 0

  it.skipIf(!numpy)('makes the same noise and ids as tasks.ts', () => {
    // The functions alone: they need no torch but to hold the result.
    const program = `
import ast, json, math, sys, types
import numpy as np
torch = types.SimpleNamespace(from_numpy=lambda array: array)
wanted = {'mixed', 'noise', 'drawn'}
body = [part for part in ast.parse(open('${script}').read()).body if isinstance(part, ast.FunctionDef) and part.name in wanted]
exec(compile(ast.Module(body, []), 'torch_peer', 'exec'))
spec = json.loads(sys.stdin.read())
print(json.dumps([noise(spec).reshape(-1).tolist(), drawn((2, 8), 3, 3, 1088).reshape(-1).tolist()]))`
    const spec = { shape: [3, 5], seed: 7, scale: 0.3, offset: 0.1 }
    const made = JSON.parse(execFileSync('python3', ['-c', program], { input: JSON.stringify(spec) }).toString()) as [number[], number[]]
    expect(made).toEqual([[...noise(spec)], [...drawnIds(16, 3, 3, 1088)]])
  })
})
