// The models of the page: those beside it, those that were opened from files, and which of them is asked.

import { element } from '../page.dom.js'
import type { Engine } from './engine.dom.js'
import type { ModelSource, OpenedModel } from './messages.js'
import { say } from './status.dom.js'

/** A model that may be opened. */
export interface OfferedModel {
  readonly source: ModelSource
  readonly name: string
  readonly task: string
}

/** An open model and its number. */
export interface NumberedModel extends OpenedModel {
  readonly id: number
}

const choice = element('model', HTMLSelectElement)
const loading = element('loading', HTMLProgressElement)

export class Models {
  readonly #engine: Engine
  /** What is offered in the choice, and the model once it is open. */
  readonly #offered: { readonly source: ModelSource; readonly name: string; open?: NumberedModel }[] = []
  #chosen: NumberedModel | undefined
  #translator: NumberedModel | undefined
  readonly #listeners: (() => void)[] = []

  constructor(engine: Engine) {
    this.#engine = engine
    choice.onchange = () => {
      const { source, name, open } = this.#offered[Number(choice.value)]!
      if (open) this.#choose(open)
      else void this.open(source, name)
    }
  }

  /** The one that signs. */
  get chosen(): NumberedModel | undefined {
    return this.#chosen
  }

  /** The one that translates. */
  get translator(): NumberedModel | undefined {
    return this.#translator
  }

  /** Is called when another model is chosen. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** Lists models that may be opened. */
  offer(models: readonly OfferedModel[]): void {
    for (const { task, source, name } of models) if (task === 'text-to-pose') this.#list(source, name)
  }

  /** Opens a model and chooses it; says so, or what is wrong with it. */
  async open(source: ModelSource, name: string): Promise<void> {
    say(`Loading ${name} …`)
    loading.hidden = false
    loading.removeAttribute('value')
    try {
      const { id, model } = await this.#engine.ask({ kind: 'open', source }, 'opened', {
        hear: (reply) => {
          if (reply.kind === 'progress' && reply.progress.all) loading.value = reply.progress.done / reply.progress.all
        },
      })
      this.#opened(source, { ...model, id })
    } catch (error) {
      say(withoutWebGpu(error as Error), true)
    } finally {
      loading.hidden = true
    }
  }

  #opened(source: ModelSource, model: NumberedModel): void {
    if (model.task === 'pose-to-text') {
      this.#translator = model
      say(`${model.name} translates the motion that is shown.`)
    } else {
      const place = this.#offered.findIndex((offered) => offered.source === source)
      const index = place < 0 ? this.#list(source, model.name) : place
      this.#offered[index]!.open = model
      choice.value = String(index)
      say([`${model.name} is ready${model.licence ? `, licence ${model.licence}` : ''}.`, ...model.notes].join(' '))
    }
    this.#choose(model.task === 'pose-to-text' ? this.#chosen : model)
  }

  #list(source: ModelSource, name: string): number {
    const index = this.#offered.push({ source, name }) - 1
    choice.add(new Option(name, String(index)))
    return index
  }

  #choose(model: NumberedModel | undefined): void {
    this.#chosen = model
    for (const listener of this.#listeners) listener()
  }
}

function withoutWebGpu({ message, ...error }: Error & { code?: string }): string {
  if (error.code !== 'ERR_NO_ADAPTER') return message
  return `This browser gives the page no GPU: ${message} Motions can be opened and played without one.`
}
