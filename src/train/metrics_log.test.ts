import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { MetricsLog, readMetrics, truncateAfter } from './metrics_log.js'

const folder = mkdtempSync(join(tmpdir(), 'signllm-'))
const path = join(folder, 'run', 'metrics.jsonl')
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(() => rmSync(join(folder, 'run'), { recursive: true, force: true }))

function write(...steps: number[]): void {
  const log = new MetricsLog(path)
  for (const step of steps) log.append({ step, loss: 1 / step })
  log.close()
}

describe('metrics.jsonl', () => {
  it('gets one line a report, after what is there', () => {
    write(1, 2)
    write(4)
    expect(readFileSync(path, 'utf8')).toBe('{"step":1,"loss":1}\n{"step":2,"loss":0.5}\n{"step":4,"loss":0.25}\n')
  })

  it('is read without a half-written last line', async () => {
    write(1, 2)
    writeFileSync(path, '{"step":3,"lo', { flag: 'a' })
    expect(await readMetrics(path)).toEqual([
      { step: 1, loss: 1 },
      { step: 2, loss: 0.5 },
    ])
  })

  it('loses what is after the resumed step, and half a line', async () => {
    write(10, 20, 30, 40)
    writeFileSync(path, '{"step":50', { flag: 'a' })
    await truncateAfter(path, 30)
    write(40)
    expect((await readMetrics(path)).map(({ step }) => step)).toEqual([10, 20, 30, 40])
  })

  it('keeps a last line that only lacks its end of line', async () => {
    write(1)
    writeFileSync(path, '{"step":2}', { flag: 'a' })
    await truncateAfter(path, 2)
    write(3)
    expect((await readMetrics(path)).map(({ step }) => step)).toEqual([1, 2, 3])
  })

  it('is not touched where nothing is to go', async () => {
    write(1, 2)
    const before = await stat(path)
    await truncateAfter(path, 2)
    expect((await stat(path)).ino).toBe(before.ino)
  })

  it('may be absent', async () => {
    await truncateAfter(path, 5)
    expect(await readMetrics(path)).toEqual([])
  })

  it('with a broken line in its midst is refused, naming the line', async () => {
    write(1)
    writeFileSync(path, 'oops\n{"step":3}\n', { flag: 'a' })
    await expect(truncateAfter(path, 9)).rejects.toThrow('metrics.jsonl:2: wanted a report with a step, got "oops"')
    expect(readFileSync(path, 'utf8')).toContain('oops')
  })
})
