import { describe, expect, it } from 'vitest'
import { Playback } from './playback.js'

const motion = { frames: 60, fps: 25 }

describe('Playback', () => {
  it('counts the frames of its leading motion, on beyond them where another lasts longer', () => {
    const { steps, duration } = new Playback(motion)
    expect([steps, duration]).toEqual([60, 2.4])
    // 40 frames at 10 a second last 4 s, in which the leading motion would have 100.
    expect(new Playback(motion, { frames: 40, fps: 10 }).steps).toBe(100)
    expect(new Playback(motion, { frames: 10, fps: 50 }).steps).toBe(60)
  })

  it.each([24, 25, 29.97, 30, 50, 59.94])('is at every frame that it goes to, at %s frames per second', (fps) => {
    const playback = new Playback({ frames: 1000, fps })
    for (let frame = 0; frame < 1000; frame++) {
      playback.goTo(frame)
      expect(playback.frame).toBe(frame)
    }
  })

  it('goes to the nearest step there is', () => {
    const playback = new Playback(motion)
    playback.goTo(-3)
    expect([playback.frame, playback.atEnd]).toEqual([0, false])
    playback.goTo(99)
    expect([playback.frame, playback.atEnd]).toEqual([59, true])
  })

  it('gives each motion the frame of its own rate', () => {
    const playback = new Playback(motion, { frames: 60, fps: 50 })
    playback.advance(1.5, true)
    expect([playback.frame, playback.frameOf({ frames: 60, fps: 50 })]).toEqual([37, 75])
  })

  it('begins again as far in as it ran over, or stays on the last step', () => {
    const [looping, once] = [new Playback(motion), new Playback(motion)]
    expect([looping.advance(2, true), looping.advance(0.6, true), looping.frame]).toEqual([true, true, 5])
    expect([once.advance(2, false), once.advance(0.6, false), once.frame, once.atEnd]).toEqual([true, false, 59, true])
  })
})
