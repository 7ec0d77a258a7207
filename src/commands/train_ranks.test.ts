// Training under mpirun: ranks in processes of their own, over Open MPI, where it is installed.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Random } from '../base/random.js'

const hasMpi = spawnSync('mpirun', ['--version']).stdout?.toString().includes('Open MPI') ?? false

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-ranks-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const STEPS = 12

/** A run whose passes are the same on one, two and four ranks. */
async function runFile(name: string, steps = STEPS): Promise<string> {
  const path = join(folder, `${name}.yaml`)
  await writeFile(
    path,
    `name: ranks
out: ${join(folder, name)}
data: [{ synthetic: { languages: [ASL, GSL], clipsPerLanguage: 12, words: 6, wordsPerSentence: [1, 2] } }]
model: { width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, dropout: 0.1, maxFrames: 40, maxTokens: 8 }
learning: { mode: rl+plc, warmup: 1, ramp: 1, refresh: 5 }
batch: { size: 8, microBatch: 2 }
stop: { steps: ${steps} }
validate: { every: 5, clips: 2 }
checkpoint: { every: 4 }
log: { every: 1, tensorboard: false }
`,
  )
  return path
}

interface Outcome {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Root may start ranks, and more than there are cores; each driver has one thread; and where a rank is lost, the others may speak on a busy machine too. */
const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  ...{ OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1', OMPI_MCA_rmaps_base_oversubscribe: '1', LP_NUM_THREADS: '1' },
  OMPI_MCA_odls_base_sigkill_timeout: '5',
})

function start(ranks: number, args: readonly string[], env = environment()): { child: ChildProcess; outcome: Promise<Outcome> } {
  const command = ['--import', 'tsx', 'src/cli.ts', ...args]
  const child =
    ranks === 1
      ? spawn(process.execPath, command, { env })
      : spawn('mpirun', ['--bind-to', 'none', '-n', `${ranks}`, process.execPath, ...command], { env })
  let [stdout, stderr] = ['', '']
  child.stdout!.on('data', (text) => (stdout += text))
  child.stderr!.on('data', (text) => (stderr += text))
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, stdout, stderr }))
  })
  return { child, outcome }
}

const run = (ranks: number, ...args: readonly string[]): Promise<Outcome> => start(ranks, args).outcome

interface Line {
  readonly step: number
  readonly loss?: number
}

async function losses(name: string): Promise<number[]> {
  const lines = (await readFile(join(folder, name, 'metrics.jsonl'), 'utf8')).trim().split('\n')
  return lines.map((line) => JSON.parse(line) as Line).flatMap(({ loss }) => (loss === undefined ? [] : [loss]))
}

const relative = (a: readonly number[], b: readonly number[]): number => Math.max(...a.map((value, i) => Math.abs(value / b[i]! - 1)))

/** The process of a rank of a job. */
function processOf(job: number, rank: number): number | undefined {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const found = all.find((pid) => {
    try {
      if (!/^PPid:\s*(\d+)/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')) || Number(RegExp.$1) !== job) return false
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`OMPI_COMM_WORLD_RANK=${rank}`)
    } catch {
      return false
    }
  })
  return found === undefined ? undefined : Number(found)
}

describe.skipIf(!hasMpi)('training under mpirun (skipped where Open MPI is not installed)', () => {
  it('learns as on one rank, to the same bytes each time, and one rank says so', async () => {
    for (const [name, ranks] of [
      ['one', 1],
      ['two', 2],
      ['four', 4],
      ['again', 4],
    ] as const) {
      const { status, stdout, stderr } = await run(ranks, 'train', await runFile(name))
      expect({ status, stderr }).toMatchObject({ status: 0 })
      expect(stdout).toBe(`training finished after ${STEPS} steps; results are in ${join(folder, name)}\n`)
    }
    const one = await losses('one')
    expect(one).toHaveLength(STEPS)
    expect(relative(await losses('two'), one)).toBeLessThan(1e-5)
    expect(relative(await losses('four'), one)).toBeLessThan(1e-5)
    for (const file of ['last.safetensors', 'best.safetensors', 'metrics.jsonl'])
      expect((await readFile(join(folder, 'again', file))).equals(await readFile(join(folder, 'four', file))), file).toBe(true)
  })

  it('ends by name where a rank is killed, and goes on on another number of ranks to the same losses', { timeout: 400_000 }, async () => {
    const random = new Random(3)
    await run(4, 'train', await runFile('whole', 40))
    const whole = await losses('whole')
    const path = await runFile('killed', 40)
    for (const [i, rank] of [2, 0, 3, 1, 2].entries()) {
      const { child, outcome } = start(4, ['--json', 'train', path, '--resume'])
      const kill = () => {
        const pid = processOf(child.pid!, rank)
        if (pid !== undefined) process.kill(pid, 'SIGKILL')
      }
      const when = new RegExp(`"done":${6 * (i + 1)},`)
      let said = ''
      child.stderr!.on('data', (text) => {
        const before = when.test(said)
        said += text
        if (!before && when.test(said)) setTimeout(kill, random.below(60))
      })
      const { status, stderr } = await outcome
      expect({ status, stderr }).not.toMatchObject({ status: 0 })
      // mpirun ends the others, which may be seen at the same time.
      expect(stderr).toMatch(
        new RegExp(`rank ${rank === 0 ? 1 : 0}: wanted all 4 ranks to go on, got the end of .*rank ${rank} \\(process`),
      )
      expect(stderr.match(/ERR_RANKS/g)).toHaveLength(1)
    }
    const { status, stderr } = await run(2, 'train', path, '--resume')
    expect({ status, stderr }).toMatchObject({ status: 0 })
    expect(relative(await losses('killed'), whole)).toBeLessThan(1e-4)
    expect(await losses('killed')).toHaveLength(40)
  })

  it('stops after one step, on all ranks, where mpirun is interrupted', async () => {
    const path = await runFile('stopped', 4000)
    const { child, outcome } = start(2, ['--json', 'train', path])
    let said = ''
    let sent = false
    child.stderr!.on('data', (text) => {
      said += text
      if (!sent && said.includes('"done":6,')) sent = child.kill('SIGINT')
    })
    await outcome
    const { step, reason } = JSON.parse(await readFile(join(folder, 'stopped', 'summary.json'), 'utf8'))
    expect(reason).toBe('interrupted')
    expect(step).toBeGreaterThanOrEqual(6)
  })

  it('says what is wrong once, whoever finds it', async () => {
    const { status, stdout, stderr } = await run(3, '--json', 'train', join(folder, 'none.yaml'))
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr.match(/"code"/g)).toHaveLength(1)
    expect(stderr).toContain('"code":"ERR_CONFIG"')
  })

  it('shows before it starts what each rank would get', async () => {
    const { stdout } = await run(4, '--json', 'train', await runFile('dry'), '--dry-run')
    const { ranks, examples } = JSON.parse(stdout)
    expect(ranks.map(({ rank, passes }: { rank: number; passes: number[] }) => [rank, passes])).toEqual(
      [0, 1, 2, 3].map((rank) => [rank, [2]]),
    )
    expect(ranks.reduce((sum: number, rank: { examples: number }) => sum + rank.examples, 0)).toBe(examples)
    expect(readdirSync(folder)).not.toContain('dry')
  })
})

describe('training that was started as one of several', () => {
  it('is refused where the library is not there or is not that of the starter, and told which package has both', async () => {
    const { status, stderr } = await start(1, ['train', await runFile('alone')], { ...environment(), OMPI_COMM_WORLD_SIZE: '2' }).outcome
    expect(status).toBe(2)
    expect(stderr).toMatch(/Open MPI: wanted .*openmpi-bin/)
  })
})
