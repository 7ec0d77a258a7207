import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import { Progress, type ProgressOptions } from './progress.js'
import { barLine, duration, sparkline, type View } from './progress_line.js'

/** A progress on a stream and a clock of its own. */
function start(options: Partial<ProgressOptions> & { isTTY?: boolean; columns?: number } = {}) {
  const { isTTY = false, columns = 120, ...rest } = options
  const written: string[] = []
  const time = { ms: 0 }
  const stream = { isTTY, columns, write: (text: string) => void written.push(text) }
  const progress = new Progress({ total: 100, stream, clock: () => time.ms, env: { NO_COLOR: '1' }, ...rest })
  /** Reports every 10 steps and 500 ms: 20 steps/s, 1000 frames/s. */
  const run = (from: number, to: number) => {
    for (let step = from; step <= to; step += 10) {
      time.ms += 500
      progress.update({ step, loss: 10 / step, frames: 500 })
    }
  }
  return { progress, run, time, written, text: () => written.join('') }
}

describe('without a terminal', () => {
  it('writes one plain line in so many seconds, and the last one at the end', () => {
    const { progress, run, text } = start({ everySeconds: 2 })
    run(10, 100)
    progress.done()
    expect(text().split('\n')).toEqual([
      'step  10/100  loss 1.000',
      'step  50/100  loss 0.2000  1000 frames/s  3s left',
      'step  90/100  loss 0.1111  1000 frames/s  1s left',
      'step 100/100  loss 0.1000  1000 frames/s  0s left',
      '',
    ])
  })

  it('does not say the last line twice', () => {
    const { progress, run, written } = start()
    run(10, 10)
    progress.done()
    progress.done()
    expect(written).toEqual(['step  10/100  loss 1.000\n'])
  })

  it('knows no end where there is none', () => {
    const { run, text } = start({ total: null, everySeconds: 0 })
    run(10, 20)
    expect(text()).toBe('step 10  loss 1.000\nstep 20  loss 0.5000  1000 frames/s\n')
  })

  it('counts clips where there is no loss', () => {
    const { progress, time, text } = start({ counts: 'clip', total: 3, everySeconds: 0 })
    for (let step = 1; step <= 2; step++) {
      time.ms += 500
      progress.update({ step, frames: 50 })
    }
    expect(text()).toBe('clip 1/3\nclip 2/3  100 frames/s  1s left\n')
  })

  it('counts clips a second where nobody counts frames', () => {
    const { progress, time, text } = start({ counts: 'clip', total: 3, everySeconds: 0 })
    for (let step = 1; step <= 2; step++) {
      time.ms += 500
      progress.update({ step })
    }
    expect(text()).toBe('clip 1/3\nclip 2/3  2 clips/s  1s left\n')
  })

  it('names the part of the work', () => {
    const { progress, text } = start({ counts: 'clip', total: 1, stage: 'lift' })
    progress.update({ step: 1, frames: 50 })
    expect(text()).toBe('lift: clip 1/1\n')
    const bar = start({ isTTY: true, counts: 'clip', total: 1, stage: 'lift' })
    bar.progress.update({ step: 1, frames: 50 })
    expect(bar.text()).toMatch(/^lift {2}1\/1/)
    const json = start({ json: true, counts: 'clip', total: 1, stage: 'lift' })
    json.progress.update({ step: 1, frames: 50 })
    expect(JSON.parse(json.text())).toMatchObject({ stage: 'lift', step: 1 })
  })

  it('spells out what would steer a terminal in a note', () => {
    const { progress, text } = start({ isTTY: true })
    progress.note('left out: \u001b]0;owned\u0007.json\nnext')
    expect(text()).toBe('left out: \\x1b]0;owned\\x07.json\nnext\n')
  })

  it('has no escape codes, not on a dumb terminal either', () => {
    const { progress, run, text } = start({ isTTY: true, env: { TERM: 'dumb' } })
    run(10, 100)
    progress.note('validated')
    progress.done()
    expect(text()).not.toContain('\x1b')
    expect(text()).not.toContain('\r')
    expect(text()).toContain('validated\n')
  })
})

describe('on a terminal', () => {
  it('redraws one line and ends it', () => {
    const { progress, run, written } = start({ isTTY: true })
    run(10, 50)
    progress.done()
    expect(written.filter((text) => text === '\r\x1b[2K')).toHaveLength(4)
    expect(written.at(-2)).toBe(' 50/100  loss 0.2000  1000 frames/s  3s left  ━━━━━━━━━━──────────  █▄▂▁▁')
    expect(written.at(-1)).toBe('\n')
  })

  it('redraws at most ten times a second', () => {
    const { progress, time, written } = start({ isTTY: true })
    for (let step = 1; step <= 100; step++) {
      time.ms += 10
      progress.update({ step, loss: 1, frames: 1 })
    }
    expect(written.filter((text) => text.includes('loss'))).toHaveLength(10)
  })

  it('puts a note above the line', () => {
    const { progress, run, written } = start({ isTTY: true })
    run(10, 10)
    progress.note('dev DTW 9.1')
    expect(written.slice(1, 3)).toEqual(['\r\x1b[2K', 'dev DTW 9.1\n'])
    expect(written.at(-1)).toContain('10/100')
  })

  it('ends with its end, whatever is noted after that', () => {
    const { progress, run, written } = start({ isTTY: true })
    run(10, 10)
    progress.done()
    progress.note('put at rest')
    progress.done()
    expect(written.slice(1)).toEqual(['\n', 'put at rest\n'])
  })

  it('colours unless NO_COLOR is set', () => {
    const coloured = start({ isTTY: true, env: {} })
    coloured.run(10, 10)
    expect(coloured.text()).toContain('\x1b[1m 10/100\x1b[22m')
    const plain = start({ isTTY: true, env: { NO_COLOR: '1' } })
    plain.run(10, 10)
    expect(plain.text()).not.toContain('\x1b')
  })

  it('never fills the line, however narrow', () => {
    const view: View = { step: 5, counts: 'step', total: 10, loss: 1, losses: [1, 2, 3], perSecond: 12345, unit: 'frames', secondsLeft: 60 }
    const full = barLine(view, 200, pc.createColors(false))
    for (let columns = 1; columns <= 90; columns++) {
      const line = barLine(view, columns, pc.createColors(false))
      expect(line.length).toBeLessThanOrEqual(columns)
      expect(full.startsWith(line)).toBe(true)
    }
  })
})

describe('as JSON', () => {
  it('spells out in a note what would steer a terminal', () => {
    const { progress, text } = start({ json: true })
    progress.note('clip\u001b[2J\u009b2J\u202e')
    expect(text().trimEnd()).toBe(String.raw`{"note":"clip\u001b[2J\u009b2J\u202e"}`)
  })

  it('writes every report as a line, with further numbers and notes', () => {
    const { progress, run, text } = start({ json: true, isTTY: true })
    run(10, 10)
    progress.update({ step: 20, loss: Number.NaN, frames: 500, rate: 1e-3 })
    progress.note('saved')
    progress.done()
    expect(
      text()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { step: 10, loss: 1, frames: 500, total: 100, framesPerSecond: null, secondsLeft: null },
      { step: 20, loss: null, frames: 500, rate: 1e-3, total: 100, framesPerSecond: null, secondsLeft: null },
      { note: 'saved' },
    ])
  })
})

describe('the speed', () => {
  it('is that of the last reports', () => {
    const { run, progress, time, written } = start({ everySeconds: 0, total: 10_000 })
    time.ms = 60_000 // a slow start
    run(10, 300)
    expect(written.at(-1)).toContain('1000 frames/s')
    time.ms += 500
    for (let i = 0; i < 20; i++) {
      time.ms += 250
      progress.update({ step: 310 + 10 * i, loss: 1, frames: 500 })
    }
    expect(written.at(-1)).toContain('2000 frames/s')
  })
})

describe('sparkline', () => {
  it('scales to what it shows', () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8)).toBe('▁▂▃▄▅▆▇█')
    expect(sparkline([1000, 1, 1, 2], 3)).toBe('▁▁█')
    expect(sparkline([2, 2], 8)).toBe('▁▁')
    expect(sparkline([1, Number.NaN, 2], 8)).toBe('▁×█')
    expect(sparkline([Infinity], 8)).toBe('×')
    expect(sparkline([], 8)).toBe('')
  })
})

it.each([
  [0.4, '0s'],
  [59.6, '1m 00s'],
  [185, '3m 05s'],
  [7620, '2h 07m'],
  [273_600, '3d 04h'],
])('%f seconds are %s', (seconds, text) => expect(duration(seconds)).toBe(text))
