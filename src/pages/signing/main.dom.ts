// The page that signs: a sentence or a prompt goes to the worker, and what comes back is played while it comes.

import type { PageData } from '../../outputs/signing_page/data.js'
import { element, pageData } from '../page.dom.js'
import { Asking } from './asking.dom.js'
import { Engine } from './engine.dom.js'
import { Motions } from './motions.dom.js'
import { Models, type OfferedModel } from './open_models.dom.js'
import { ServiceError, servedModels } from './served.js'
import { say } from './status.dom.js'

const engine = new Engine()
const models = new Models(engine)
const motions = new Motions(engine, models)
new Asking(engine, models, motions)

answerFiles()
const data = pageData<PageData>()
if (data.served) void startServed(undefined)
else void start(data.models.map(({ address, name, task }) => ({ source: address, name, task })))

/** The models of the service that hosts the page; asks for its token where it wants one. */
async function startServed(token: string | undefined): Promise<void> {
  const form = element('token-form', HTMLFormElement)
  const input = element('token', HTMLInputElement)
  try {
    const all = await servedModels(token)
    form.hidden = true
    await start(all.map((model) => ({ source: model, name: model.served, task: model.task })))
  } catch (error) {
    const wanted = error instanceof ServiceError && error.status === 401
    say(wanted && token === undefined ? 'This service wants its token.' : (error as Error).message, !wanted || token !== undefined)
    form.hidden = !wanted
    form.onsubmit = (event) => {
      event.preventDefault()
      void startServed(input.value)
    }
    if (wanted) input.focus()
  }
}

/** Opens the first of the page's models that signs, and the first that translates. */
async function start(all: readonly OfferedModel[]): Promise<void> {
  models.offer(all)
  const first = (task: string) => all.find((model) => model.task === task)
  const signs = first('text-to-pose')
  if (!signs) say('Open a model file to sign with it, or a motion to look at it.')
  for (const model of [signs, first('pose-to-text')]) if (model) await models.open(model.source, model.name)
}

function answerFiles(): void {
  const input = element('open', HTMLInputElement)
  input.onchange = () => {
    void take([...(input.files ?? [])])
    input.value = ''
  }
  const over = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    document.body.classList.toggle('dragged', event.type === 'dragover')
  }
  document.addEventListener('dragover', over)
  document.addEventListener('dragleave', over)
  document.addEventListener('drop', (event) => {
    over(event)
    void take([...(event.dataTransfer?.files ?? [])])
  })
}

async function take(files: readonly File[]): Promise<void> {
  for (const file of files) {
    if (/\.(signllm|safetensors)$/i.test(file.name)) await models.open(file, file.name)
    else await motions.take(file)
  }
}
