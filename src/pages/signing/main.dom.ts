// The page that signs: a sentence or a prompt goes to the worker, and what comes back is played while it comes.

import type { PageData, PageModel } from '../../outputs/signing_page/data.js'
import { element, pageData } from '../page.dom.js'
import { Asking } from './asking.dom.js'
import { Engine } from './engine.dom.js'
import { Motions } from './motions.dom.js'
import { Models } from './open_models.dom.js'
import { say } from './status.dom.js'

const engine = new Engine()
const models = new Models(engine)
const motions = new Motions(engine, models)
new Asking(engine, models, motions)

answerFiles()
void start(pageData<PageData>().models)

/** Opens the first of the page's models that signs, and the first that translates. */
async function start(all: readonly PageModel[]): Promise<void> {
  models.offer(all)
  const first = (task: string) => all.find((model) => model.task === task)
  const signs = first('text-to-pose')
  if (!signs) say('Open a model file to sign with it, or a motion to look at it.')
  for (const model of [signs, first('pose-to-text')]) if (model) await models.open(model.address, model.name)
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
