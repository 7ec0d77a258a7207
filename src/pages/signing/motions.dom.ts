// The motions of the page: what was signed and what was opened, in the player, with what can be done with the one that is shown.

import type { Motion } from '../../motion/clip.js'
import { cameraFor } from '../../outputs/camera.js'
import { element } from '../page.dom.js'
import { answer } from '../viewer/controls.dom.js'
import { Player } from '../viewer/player.dom.js'
import type { ListedClip } from '../viewer/shown_clip.js'
import { motionsOfFile } from './dropped.js'
import type { Engine } from './engine.dom.js'
import { type FileFormat, fileFormats } from './messages.js'
import type { Models } from './open_models.dom.js'
import { say } from './status.dom.js'

/** A motion and what it says. */
export interface Signed {
  readonly title: string
  readonly language: string
  readonly text: string
  readonly motion: Motion
}

const against = element('against', HTMLSelectElement)
const translate = element('translate', HTMLButtonElement)
const translation = element('translation', HTMLOutputElement)
const still = matchMedia('(prefers-reduced-motion: reduce)')

export class Motions {
  readonly #engine: Engine
  readonly #models: Models
  readonly #all: Signed[] = []
  #player: Player | undefined

  constructor(engine: Engine, models: Models) {
    this.#engine = engine
    this.#models = models
    element('downloads', HTMLElement).append(...fileFormats.map((format) => this.#downloadButton(format)))
    models.onChange(() => this.#offerTranslation())
    translate.onclick = () => void this.#translate()
    against.onchange = () => this.#show()
  }

  /** Lists a motion and plays it, or shows its first frame where motion is unwanted. A `growing` one waits for more at its end. */
  add(signed: Signed, { growing = false } = {}): Signed {
    this.#all.push(signed)
    against.add(new Option(signed.title, String(this.#all.length - 1)))
    against.value = ''
    element('player', HTMLElement).hidden = false
    const clip = clipOf(signed, undefined)
    if (this.#player) this.#player.add(clip)
    else {
      this.#player = new Player([clip], 0, 'standard')
      answer(this.#player)
    }
    this.#player.replace(this.#player.index, clip, { growing })
    this.#player.play(!still.matches)
    this.#offerTranslation()
    return signed
  }

  /** Takes a motion with more frames in the place of one. */
  grow(before: Signed, after: Signed): void {
    Object.assign(before, after)
    this.#player!.replace(this.#all.indexOf(before), clipOf(before, undefined), { growing: true })
  }

  /** No more frames are to come. */
  finish(signed: Signed): void {
    this.#player!.replace(this.#all.indexOf(signed), clipOf(signed, undefined))
  }

  /** Opens a file of motions; says what is wrong with it. */
  async take(file: File): Promise<void> {
    try {
      const opened = motionsOfFile(file.name, new Uint8Array(await file.arrayBuffer()))
      for (const { name, note: _, ...motion } of opened) this.add({ title: name, language: '', text: name, motion })
      const note = opened[0]?.note ?? ''
      say(opened.length === 1 ? `${file.name} is shown. ${note}`.trimEnd() : `${opened.length} motions of ${file.name} are in the list.`)
    } catch (error) {
      say((error as Error).message, true)
    }
  }

  get #shown(): Signed {
    return this.#all[this.#player!.index]!
  }

  /** The motion that is compared with the one that is shown. */
  get #reference(): Motion | undefined {
    return against.value === '' ? undefined : this.#all[Number(against.value)]?.motion
  }

  #show(): void {
    this.#player!.replace(this.#player!.index, clipOf(this.#shown, this.#reference))
  }

  #downloadButton(format: FileFormat): HTMLButtonElement {
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = `.${format}`
    button.id = `download-${format}`
    button.onclick = () => void this.#download(format, button)
    return button
  }

  async #download(format: FileFormat, button: HTMLButtonElement): Promise<void> {
    const { motion, title } = this.#shown
    button.disabled = true
    say(`Writing .${format} …`)
    try {
      const { bytes } = await this.#engine.ask({ kind: 'write', format, motion, reference: this.#reference }, 'written')
      const link = document.createElement('a')
      link.href = URL.createObjectURL(new Blob([bytes]))
      link.download = `${fileName(title)}.${format}`
      link.click()
      // The browser has its own hold of the bytes once it has begun.
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
      say(`${link.download} is written: ${(bytes.length / 1024).toFixed(0)} kB.`)
    } catch (error) {
      say((error as Error).message, true)
    } finally {
      button.disabled = false
      button.focus()
    }
  }

  #offerTranslation(): void {
    translate.hidden = !this.#models.translator
    translation.textContent = ''
  }

  async #translate(): Promise<void> {
    const { translator } = this.#models
    if (!translator) return
    translate.disabled = true
    try {
      const { text, glosses, notes } = await this.#engine.ask(
        { kind: 'translate', model: translator.id, motion: this.#shown.motion },
        'translated',
      )
      translation.textContent = [text || '(nothing)', ...(glosses && glosses !== text ? [`(${glosses})`] : [])].join(' ')
      say(notes.join(' '))
    } catch (error) {
      say((error as Error).message, true)
    } finally {
      translate.disabled = false
      translate.focus()
    }
  }
}

function clipOf({ title, language, text, motion }: Signed, reference: Motion | undefined): ListedClip {
  const about = { title, language, text, scores: [] }
  const { centre, extent } = cameraFor(reference ? [motion, reference] : [motion])
  return { ...about, open: () => ({ ...about, centre, extent, motion, reference }) }
}

/** A name that every system takes. */
const fileName = (title: string): string =>
  title
    .replace(/\.(pose|skels)(:\d+)?$/i, '$2')
    .replace(/[^\p{L}\p{N}-]+/gu, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 60) || 'signing'
