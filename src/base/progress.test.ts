import { describe, expect, it } from 'vitest'
import { Meter, type Progress, telling } from './progress.js'

/** A meter on a clock of its own. */
function start(measured: ConstructorParameters<typeof Meter>[0]) {
  const time = { seconds: 0 }
  return { time, meter: new Meter(measured, () => 1000 * time.seconds) }
}

describe('a meter', () => {
  it('tells a speed and an end once two reports have come', () => {
    const { meter, time } = start({ work: 'lift', unit: 'clip', all: 10 })
    expect(meter.at(1)).toEqual({ work: 'lift', unit: 'clip', done: 1, all: 10 })
    time.seconds = 2
    expect(meter.at(5)).toEqual({ work: 'lift', unit: 'clip', done: 5, all: 10, speed: { perSecond: 2, unit: 'clip' }, secondsLeft: 2.5 })
  })

  it('may count something else a second than what is done', () => {
    const { meter, time } = start({ work: 'training', unit: 'step', all: 100, speedOf: 'frame' })
    meter.at(10, 900)
    time.seconds = 2
    expect(meter.at(20, 500)).toMatchObject({ speed: { perSecond: 250, unit: 'frame' }, secondsLeft: 16 })
  })

  it('knows no end where nobody knows how much there is', () => {
    const { meter, time } = start({ work: 'pack', unit: 'clip' })
    meter.at(0)
    time.seconds = 1
    expect(meter.at(3)).toEqual({ work: 'pack', unit: 'clip', done: 3, speed: { perSecond: 3, unit: 'clip' } })
  })

  it('tells the speed of lately', () => {
    const { meter, time } = start({ work: 'model read', unit: 'byte' })
    for (let second = 0; second <= 60; second++) {
      time.seconds = second
      meter.at(100 * second)
    }
    for (let second = 61; second <= 100; second++) {
      time.seconds = second
      meter.at(6000 + 7 * (second - 60))
    }
    expect(meter.at(6280)).toMatchObject({ speed: { perSecond: 7 } })
  })

  it('has a speed of slow work too', () => {
    const { meter, time } = start({ work: 'judge', unit: 'clip', all: 4 })
    meter.at(1)
    time.seconds = 100
    expect(meter.at(2)).toMatchObject({ speed: { perSecond: 0.01 }, secondsLeft: 200 })
  })

  it('makes no speed of reports that come at the same time', () => {
    const { meter } = start({ work: 'model read', unit: 'byte', all: 9 })
    meter.at(1)
    expect(meter.at(9)).toEqual({ work: 'model read', unit: 'byte', done: 9, all: 9 })
  })
})

it('tells whoever listens', () => {
  const told: Progress[] = []
  telling((progress) => told.push(progress), { work: 'seen', unit: 'clip', all: 2 })(1)
  telling(undefined, { work: 'seen', unit: 'clip' })(1)
  expect(told).toEqual([{ work: 'seen', unit: 'clip', done: 1, all: 2 }])
})
