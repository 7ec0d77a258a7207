// Whoever mistypes a bench's command line gets a line, not a stack.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { atLeastOne, chosenOf } from '../bench/arguments.js'

describe('a bench', () => {
  it.each([
    ['run', ['nonsense'], /^bench: wanted a name, or its beginning, of adamw, add, .*, got 'nonsense'/],
    ['run', ['adamw', '--nonsense'], /^bench: wanted options of --json --adapter .*, got: Unknown option '--nonsense'\. Correct it/],
    ['growth', ['--only', 'depth'], /^bench:growth: wanted a name, .*, got 'depth'/],
    ['frozen_language', ['--width', 'wide'], /^bench:frozen-language: wanted --width of 1 or more, got 'wide'/],
    ['host', ['--seconds'], /^bench:host: wanted options of .*'--seconds <value>' argument missing/],
    ['lift', ['--json'], /^bench:lift: wanted options of --adapter --out --help, got: Unknown option '--json'/],
    ['steps_ahead', ['--steps', 'many'], /^steps_ahead: wanted --steps of 1 or more, got 'many'/],
    ['open_cycles', ['--cycles', 'many'], /^bench:open-cycles: wanted --cycles of 1 or more, got 'many'/],
    ['learning', ['words', '--nonsense'], /^learning: wanted options of --json .* --help, got: Unknown option '--nonsense'\. Correct it/],
    ['learning', ['nothing'], /^learning: wanted an experiment of clips, .*, got 'nothing'/],
    ['learning', ['clips', '--seeds', '1'], /^learning: wanted options of the experiment clips, got --seeds/],
    [
      'learning',
      ['words', '--judge', 'bench', '--judge', 'none.safetensors'],
      /^learning: wanted --judge to be there, got none\.safetensors/,
    ],
    ['learning_judge', ['grammar', '--seeds', '1'], /^learning: wanted options of the experiment grammar, got --seeds/],
    ['learning_judge', ['letters', '--run', 'none.yaml'], /^learning: wanted --run to be there, got none\.yaml/],
    [
      'learning_sheet',
      ['--models', 'none.safetensors', '--data', 'bench'],
      /^learning:sheet: wanted models that are there, got none\.safetensors/,
    ],
    ['ranks', ['--network', 'fast'], /^bench\/ranks: wanted --network above 0, got 'fast'/],
    ['corpus_stream', ['0'], /^corpus_stream: wanted a size in MiB of 1 or more, got '0'/],
  ])('%s says in a line what is wrong with %j', async (script, args, message) => {
    const child = spawn(process.execPath, ['--import', 'tsx', `bench/${script}.ts`, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
    const [said, [status]] = await Promise.all([text(child.stderr), once(child, 'close')])
    expect({ said, status }).toEqual({ said: expect.stringMatching(message), status: 2 })
    expect(said.trimEnd().split('\n')).toHaveLength(1)
  })
})

describe('--help', () => {
  it.each([
    ['run', 'Measures every kernel'],
    ['growth', 'generation against length'],
    ['host', 'host'],
    ['ctc_loop', 'plain float32 loops'],
    ['lift', 'Needs the published clips'],
    ['steps_ahead', "a step before the previous step's report"],
    ['open_cycles', 'Opens and disposes'],
    ['ranks', 'adding up gradients'],
    ['learning', 'PHOENIX-2014T'],
    ['learning_gloss', 'PHOENIX-2014T'],
    ['learning_cascade', 'cascade'],
    ['learning_judge', 'SignCL'],
    ['learning_points', 'real DWPose frames'],
    ['learning_sheet', 'nearest training clip'],
    ['learning_tokens', 'motion tokens'],
    ['corpus_stream', 'MiB'],
    ['peers/run', 'PyTorch'],
  ])('of %s describes it and its options, and ends well', async (script, says) => {
    const child = spawn(process.execPath, ['--import', 'tsx', `bench/${script}.ts`, '--help'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [said, [status]] = await Promise.all([text(child.stdout), once(child, 'close')])
    expect(status).toBe(0)
    expect(said).toContain(says)
    expect(said).toMatch(/^ {2}--help +print this$/m)
    expect(said.includes('--lexicon')).toBe(script === 'learning')
    expect(said.includes('--seeds')).toBe(['learning', 'learning_judge'].includes(script))
    expect(said.includes('--judge')).toBe(script === 'learning')
  })
})

it('names are chosen by their beginnings, and numbers are whole', () => {
  const known = ['linear', 'linear_row', 'gelu']
  expect(chosenOf('b', ['linear'], known)).toEqual(['linear', 'linear_row'])
  expect(chosenOf('b', [], known)).toEqual(known)
  expect(atLeastOne('b', '--n', '3')).toBe(3)
  for (const no of ['', '0', '1.5', 'x', '-1']) expect(() => atLeastOne('b', '--n', no)).toThrow('wanted --n of 1 or more')
})
