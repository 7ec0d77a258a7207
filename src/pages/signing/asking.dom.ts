// The form: what is to be signed, in which language, and how it was read.

import { languageName } from '../../text/sign_languages.js'
import { element, make } from '../page.dom.js'
import type { Engine } from './engine.dom.js'
import { joined } from './growing.js'
import type { Reading } from './messages.js'
import type { Motions, Signed } from './motions.dom.js'
import type { Models } from './open_models.dom.js'
import { say } from './status.dom.js'

const form = element('ask', HTMLFormElement)
const text = element('text', HTMLTextAreaElement)
const kind = element('kind', HTMLSelectElement)
const language = element('ask-language', HTMLSelectElement)
const sign = element('sign', HTMLButtonElement)
const stop = element('stop', HTMLButtonElement)
const reading = element('reading', HTMLElement)

/** A prompt may name its language itself. */
const TOLD_IN_PROMPT = ''

export class Asking {
  readonly #engine: Engine
  readonly #models: Models
  readonly #motions: Motions
  #running: AbortController | undefined

  constructor(engine: Engine, models: Models, motions: Motions) {
    this.#engine = engine
    this.#models = models
    this.#motions = motions
    models.onChange(() => this.#offer())
    kind.onchange = () => this.#offer()
    stop.onclick = () => this.#running?.abort()
    form.onsubmit = (event) => {
      event.preventDefault()
      if (!this.#running && text.value.trim()) void this.#ask(text.value.trim())
    }
    text.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
      event.preventDefault()
      form.requestSubmit()
    })
  }

  /** The languages of the model, and what of it can be asked. */
  #offer(): void {
    const { chosen } = this.#models
    element('kind-choice', HTMLElement).hidden = !chosen?.readsPrompts
    const prompts = chosen?.readsPrompts === true && kind.value === 'prompt'
    element('text-label', HTMLElement).textContent = prompts ? 'Prompt, such as “How do you sign ‘rain’ in ASL?”' : 'Sentence'
    const before = language.value
    const tags = chosen?.languages ?? []
    language.replaceChildren(
      ...(prompts ? [new Option('as the prompt says', TOLD_IN_PROMPT)] : []),
      ...tags.map((tag) => new Option(nameOf(tag), tag)),
    )
    if (tags.includes(before)) language.value = before
    language.disabled = tags.length < (prompts ? 1 : 2)
    sign.disabled = !chosen || this.#running !== undefined
  }

  async #ask(words: string): Promise<void> {
    const { chosen } = this.#models
    if (!chosen) return
    const started = performance.now()
    const asPrompt = chosen.readsPrompts && kind.value === 'prompt'
    const told = language.value === TOLD_IN_PROMPT ? undefined : language.value
    this.#busy(new AbortController())
    say('Signing …')
    reading.hidden = true
    let signed: Signed | undefined
    let motion: Signed['motion'] | undefined
    let tag = told ?? ''
    try {
      const request = asPrompt
        ? ({ kind: 'prompt', model: chosen.id, text: words, language: told } as const)
        : ({ kind: 'sign', model: chosen.id, text: words, language: told ?? chosen.languages[0]! } as const)
      let firstFrame = 0
      await this.#engine.ask(request, 'signed', {
        signal: this.#running!.signal,
        hear: (reply) => {
          if (reply.kind === 'read') {
            tag = reply.reading.language
            showReading(reply.reading)
          }
          if (reply.kind !== 'piece') return
          firstFrame ||= performance.now() - started
          motion = joined(motion, reply.motion)
          const clip = { title: words, language: tag, text: words, motion }
          if (signed) this.#motions.grow(signed, clip)
          else signed = this.#motions.add(clip, { growing: true })
        },
      })
      if (signed && motion) this.#motions.finish(signed)
      const seconds = motion ? motion.frames / motion.fps : 0
      say(`Signed in ${nameOf(tag)}: ${seconds.toFixed(1)} seconds of motion, the first frame after ${Math.round(firstFrame)} ms.`)
      form.dataset.firstFrame = firstFrame.toFixed(0)
    } catch (error) {
      if (signed) this.#motions.finish(signed)
      const { code, message } = error as Error & { code?: string }
      say(code === 'ABORTED' ? 'Stopped.' : message, code !== 'ABORTED')
    } finally {
      this.#busy(undefined)
    }
  }

  #busy(running: AbortController | undefined): void {
    const focused = document.activeElement === (running ? sign : stop)
    this.#running = running
    stop.hidden = !running
    sign.hidden = running !== undefined
    sign.disabled = running !== undefined
    // The button that was pressed is gone: the keyboard stays where it was.
    if (focused) (running ? stop : sign).focus()
  }
}

function showReading({ tokens, unknownWords }: Reading): void {
  const unknown = new Set(unknownWords)
  reading.hidden = tokens.length === 0
  reading.replaceChildren(
    make('b', '', 'Read as'),
    ...tokens.map((token) => {
      const shown = make('span', unknown.has(token) ? 'unknown' : '', token)
      if (unknown.has(token)) shown.title = 'The model never learned this word'
      return shown
    }),
  )
}

/** A language as its speakers' neighbours call it, and its tag. */
function nameOf(tag: string): string {
  const name = languageName(tag)
  return name === undefined ? tag : `${name} (${tag})`
}
