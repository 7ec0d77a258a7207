// The viewer at work: the clip that is shown, time going by, and the controls that say so.

import { type Palette, type PaletteName, palettes } from '../../outputs/colours.js'
import { element } from '../page.dom.js'
import { showCaption, showLegend } from './caption.dom.js'
import { ClipList } from './clip_list.dom.js'
import type { Mode } from './panes.js'
import { Playback } from './playback.js'
import type { ListedClip, ShownClip } from './shown_clip.js'
import { paintScene } from './stage.dom.js'
import { frontView, turned, zoomed } from './view.js'

const canvas = element('canvas', HTMLCanvasElement)
const slider = element('time', HTMLInputElement)
const night = matchMedia('(prefers-color-scheme: dark)')

/** Plays one of several clips at a time. */
export class Player {
  readonly #clips: ListedClip[]
  readonly #colours: PaletteName
  readonly #list: ClipList
  #index = 0
  #clip: ShownClip
  #playback: Playback
  #view = frontView
  #playing = false
  /** Whether more frames of the clip that is shown are to come. */
  #growing = false
  /** When time was last let go by, in milliseconds of the browser's clock. */
  #lastTick = 0

  /** Shows the clip at `index`, or the nearest there is, standing still. `clips` holds at least one. */
  constructor(clips: readonly ListedClip[], index: number, colours: PaletteName) {
    this.#clips = [...clips]
    this.#colours = colours
    this.#list = new ClipList(clips, (chosen) => this.choose(chosen))
    this.#index = Math.min(Math.max(index, 0), clips.length - 1)
    this.#clip = clips[this.#index]!.open()
    this.#playback = playbackOf(this.#clip)
    this.#showClip()
    showLegend(this.#palette)
    night.addEventListener('change', () => {
      showLegend(this.#palette)
      this.paint()
    })
    new ResizeObserver(() => this.paint()).observe(element('stage', HTMLElement))
  }

  /** Shows another clip from its start; nothing where there is none at `index`. */
  choose(index: number): void {
    const clip = this.#clips[index]
    if (!clip) return
    this.#index = index
    this.#growing = false
    this.#clip = clip.open()
    this.#playback = playbackOf(this.#clip)
    this.#showClip()
  }

  /** Lists one more clip and shows it from its start. Returns its place in the list. */
  add(clip: ListedClip): number {
    const index = this.#clips.push(clip) - 1
    this.#list.add(clip)
    this.choose(index)
    return index
  }

  /**
   * Takes another clip in the place of one, such as one with more frames: where it is the one that is shown, time stays where it is. A clip that is `growing` waits at
   * its last frame for more.
   */
  replace(index: number, clip: ListedClip, { growing = false } = {}): void {
    this.#clips[index] = clip
    if (index !== this.#index) return
    const { seconds } = this.#playback
    this.#clip = clip.open()
    this.#playback = playbackOf(this.#clip)
    this.#playback.seconds = Math.min(seconds, this.#playback.duration)
    this.#growing = growing
    this.#showClip()
  }

  /** The clip that is shown. */
  get shown(): ShownClip {
    return this.#clip
  }

  /** Its place in the list. */
  get index(): number {
    return this.#index
  }

  /** The next clip of the list, or that many further on; the one before where `by` is negative. */
  chooseNext(by: number): void {
    this.choose(this.#index + by)
  }

  play(on: boolean): void {
    if (on && !this.#playing) {
      if (this.#playback.atEnd) this.#playback.seconds = 0
      this.#lastTick = performance.now()
      requestAnimationFrame(this.#tick)
    }
    this.#playing = on
    element('play', HTMLElement).textContent = on ? 'Pause' : 'Play'
  }

  toggle(): void {
    this.play(!this.#playing)
  }

  goTo(frame: number): void {
    this.#playback.goTo(frame)
    this.#showTime()
  }

  goToEnd(): void {
    this.goTo(this.#playback.steps - 1)
  }

  /** Pauses, and goes some frames on or back. */
  step(by: number): void {
    this.play(false)
    this.goTo(this.#playback.frame + by)
  }

  turn(yaw: number, pitch: number): void {
    this.#view = turned(this.#view, yaw, pitch)
    this.paint()
  }

  zoom(factor: number): void {
    this.#view = zoomed(this.#view, factor)
    this.paint()
  }

  faceFront(): void {
    this.#view = frontView
    this.paint()
  }

  paint(): void {
    const mode: Mode = this.#clip.reference ? (element('mode', HTMLSelectElement).value as Mode) : 'alone'
    const view = {
      ...this.#view,
      perspective: element('perspective', HTMLInputElement).checked,
      mirrored: element('mirrored', HTMLInputElement).checked,
    }
    paintScene(canvas, { clip: this.#clip, playback: this.#playback, mode, view, palette: this.#palette })
  }

  #tick = (now: number): void => {
    if (!this.#playing) return
    const passed = (Math.max(0, now - this.#lastTick) / 1000) * Number(element('speed', HTMLSelectElement).value)
    this.#lastTick = now
    const loop = element('loop', HTMLInputElement).checked && !this.#growing
    if (this.#playback.advance(passed, loop) || this.#growing) requestAnimationFrame(this.#tick)
    else this.play(false)
    this.#showTime()
  }

  #showClip(): void {
    // Of a signer's parts; other layouts have the colours that their users know.
    element('legend', HTMLElement).hidden = this.#clip.motion.layout !== undefined && this.#colours === 'standard'
    slider.max = String(this.#playback.steps - 1)
    element('compare', HTMLElement).hidden = !this.#clip.reference
    showCaption(this.#clip)
    this.#list.mark(this.#index)
    this.#showTime()
  }

  get #palette(): Palette {
    return palettes[this.#colours][night.matches ? 'dark' : 'light']
  }

  #showTime(): void {
    const { frame, steps, seconds } = this.#playback
    slider.value = String(frame)
    slider.setAttribute('aria-valuetext', `frame ${frame + 1} of ${steps}`)
    element('counter', HTMLElement).textContent = `${frame + 1} / ${steps} · ${seconds.toFixed(2)} s`
    this.paint()
  }
}

function playbackOf({ motion, reference }: ShownClip): Playback {
  return reference ? new Playback(motion, reference) : new Playback(motion)
}
