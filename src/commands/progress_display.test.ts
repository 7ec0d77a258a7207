import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import { Meter } from '../base/progress.js'
import { ProgressDisplay, type ProgressDisplayOptions, withProgress } from './progress_display.js'
import { barLine, duration, sparkline, type View } from './progress_line.js'

interface Asked extends Partial<ProgressDisplayOptions> {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly work?: string
  readonly unit?: string
  readonly all?: number | undefined
}

/** A display on a stream and a clock of its own, and how far a training is. */
function start({ isTTY = false, columns = 120, work = 'training', unit = 'step', ...options }: Asked = {}) {
  const { all, ...rest } = { all: 100, ...options }
  const written: string[] = []
  const time = { ms: 0 }
  const stream = { isTTY, columns, write: (text: string) => void written.push(text) }
  const clock = () => time.ms
  const display = new ProgressDisplay({ stream, clock, env: { NO_COLOR: '1' }, ...rest })
  const meter = new Meter({ work, unit, all, speedOf: 'frame' }, clock)
  /** Reports every 10 steps and 500 ms: 20 steps/s, 1000 frames/s. */
  const run = (from: number, to: number) => {
    for (let step = from; step <= to; step += 10) {
      time.ms += 500
      display.show(meter.at(step, 500), { loss: 10 / step })
    }
  }
  return { display, meter, run, time, written, text: () => written.join('') }
}

describe('without a terminal', () => {
  it('writes one plain line in so many seconds, and the last one at the end', () => {
    const { display, run, text } = start({ everySeconds: 2 })
    run(10, 100)
    display.done()
    expect(text().split('\n')).toEqual([
      'training: step  10/100  loss 1.000',
      'training: step  50/100  loss 0.2000  1000 frames/s  3s left',
      'training: step  90/100  loss 0.1111  1000 frames/s  1s left',
      'training: step 100/100  loss 0.1000  1000 frames/s  0s left',
      '',
    ])
  })

  it('does not say the last line twice', () => {
    const { display, run, written } = start()
    run(10, 10)
    display.done()
    display.done()
    expect(written).toEqual(['training: step  10/100  loss 1.000\n'])
  })

  it('knows no end where there is none', () => {
    const { run, text } = start({ all: undefined, everySeconds: 0 })
    run(10, 20)
    expect(text()).toBe('training: step 10  loss 1.000\ntraining: step 20  loss 0.5000  1000 frames/s\n')
  })

  it('counts clips where there is no loss', () => {
    const { display, meter, time, text } = start({ work: 'lift', unit: 'clip', all: 3, everySeconds: 0 })
    for (let clip = 1; clip <= 2; clip++) {
      time.ms += 500
      display.show(meter.at(clip, 50))
    }
    expect(text()).toBe('lift: clip 1/3\nlift: clip 2/3  100 frames/s  1s left\n')
  })

  it('counts bytes in megabytes', () => {
    const { display, text } = start()
    const bytes = { work: 'model read', unit: 'byte', done: 65_536, all: 112_300_000, secondsLeft: 20 }
    display.show({ ...bytes, speed: { perSecond: 5_612_000, unit: 'byte' } })
    expect(text()).toBe('model read:   0.1/112.3 MB  5.6 MB/s  20s left\n')
  })

  it('ends the line of one work where another begins', async () => {
    const { display, time, text } = start()
    const told = (work: string, done: number) => ({ work, unit: 'clip', done, all: 2 })
    for (const work of ['judge', 'motion scores'])
      for (const done of [1, 2]) {
        time.ms += 500
        display.show(told(work, done))
      }
    display.done()
    expect(text()).toBe('judge: clip 1/2\njudge: clip 2/2\nmotion scores: clip 1/2\nmotion scores: clip 2/2\n')
  })

  it('ends with the work, also where that fails', async () => {
    const written: string[] = []
    const stream = { isTTY: true, write: (text: string) => void written.push(text) }
    const work = withProgress({ stream, env: {} }, async (onProgress) => {
      onProgress({ work: 'lift', unit: 'clip', done: 1, all: 2 })
      throw new Error('broken')
    })
    await expect(work).rejects.toThrow('broken')
    expect(written.at(-1)).toBe('\n')
  })

  it('spells out what would steer a terminal in a note', () => {
    const { display, text } = start({ isTTY: true })
    display.note('left out: \u001b]0;owned\u0007.json\nnext')
    expect(text()).toBe('left out: \\x1b]0;owned\\x07.json\nnext\n')
  })

  it('has no escape codes, not on a dumb terminal either', () => {
    const { display, run, text } = start({ isTTY: true, env: { TERM: 'dumb' } })
    run(10, 100)
    display.note('validated')
    display.done()
    expect(text()).not.toContain('\x1b')
    expect(text()).not.toContain('\r')
    expect(text()).toContain('validated\n')
  })
})

describe('on a terminal', () => {
  it('redraws one line and ends it', () => {
    const { display, run, written } = start({ isTTY: true })
    run(10, 50)
    display.done()
    expect(written.filter((text) => text === '\r\x1b[2K')).toHaveLength(4)
    expect(written.at(-2)).toBe('training   50/100  loss 0.2000  1000 frames/s  3s left  ━━━━━━━━━━──────────  █▄▂▁▁')
    expect(written.at(-1)).toBe('\n')
  })

  it('redraws at most ten times a second', () => {
    const { display, meter, time, written } = start({ isTTY: true })
    for (let step = 1; step <= 100; step++) {
      time.ms += 10
      display.show(meter.at(step, 1), { loss: 1 })
    }
    expect(written.filter((text) => text.includes('loss'))).toHaveLength(10)
  })

  it('puts a note above the line', () => {
    const { display, run, written } = start({ isTTY: true })
    run(10, 10)
    display.note('dev DTW 9.1')
    expect(written.slice(1, 3)).toEqual(['\r\x1b[2K', 'dev DTW 9.1\n'])
    expect(written.at(-1)).toContain('10/100')
  })

  it('ends with its end, whatever is noted after that', () => {
    const { display, run, written } = start({ isTTY: true })
    run(10, 10)
    display.done()
    display.note('put at rest')
    display.done()
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
    const view: View = {
      ...{ work: 'training', unit: 'step', done: 5, all: 10, loss: 1, losses: [1, 2, 3] },
      ...{ speed: { perSecond: 12345, unit: 'frame' }, secondsLeft: 60 },
    }
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
    const { display, text } = start({ json: true })
    display.note('clip\u001b[2J\u009b2J\u202e')
    expect(text().trimEnd()).toBe(String.raw`{"note":"clip\u001b[2J\u009b2J\u202e"}`)
  })

  it('writes every report as a line, with further numbers and notes', () => {
    const { display, meter, run, time, text } = start({ json: true, isTTY: true })
    run(10, 10)
    time.ms += 500
    display.show(meter.at(20, 500), { loss: Number.NaN, rate: 1e-3 })
    display.note('saved')
    display.done()
    expect(
      text()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { work: 'training', unit: 'step', done: 10, all: 100, loss: 1 },
      {
        ...{ work: 'training', unit: 'step', done: 20, all: 100 },
        ...{ speed: { perSecond: 1000, unit: 'frame' }, secondsLeft: 4, loss: null, rate: 1e-3 },
      },
      { note: 'saved' },
    ])
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
