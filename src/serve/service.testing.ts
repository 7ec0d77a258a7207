// A service on the smallest models there are, for tests without sockets and with.

import { namedLanguages } from '../checkpoint/card.js'
import type { Checkpoint } from '../checkpoint/checkpoint.js'
import { formatCheckpoint } from '../checkpoint/checkpoint.js'
import { formatModelFile, PROMPTS } from '../checkpoint/model_file.js'
import { parseCheckpoint } from '../checkpoint/parse.js'
import { poseToTextContent } from '../checkpoint/pose_to_text.js'
import { glossContent } from '../checkpoint/text_to_gloss.js'
import { poseContent } from '../checkpoint/text_to_pose.js'
import type { Gpu } from '../device/gpu.js'
import { alwaysReads, tinyGlossModel, tinyJudge, tinyModel } from '../model/tiny_models.testing.js'
import type { LayoutName } from '../motion/layout/layout.js'
import { openGpu } from '../platform/node/open.js'
import { Service, type ServiceOptions } from './app.js'
import { Engine } from './engine.js'
import { Models } from './models.js'

export interface TestedService {
  readonly service: Service
  readonly engine: Engine
  /** A request without a socket. */
  ask(path: string, init?: RequestInit): Promise<Response>
  /** The same for a motion. */
  generate(asked: unknown, headers?: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<Response>
}

/** Opens a service over two languages, which also reads any prompt as suns of ASL, and a judge, on a device of its own. */
export async function testedService(options: Partial<ServiceOptions> = {}, judges?: LayoutName): Promise<TestedService> {
  const { rows = 4, queue = 4 } = options
  const [model, judge] = await tinyCheckpoints(judges)
  const engine = await Engine.start(async () => {
    const { gpu } = await openGpu()
    return new Models(gpu, [{ name: 'tiny', checkpoint: model }], { name: 'judge', checkpoint: judge }, rows)
  })
  const service = new Service({ engine, version: '0.0.0', rows, queue, timeout: 30, ...options })
  const ask = async (path: string, init?: RequestInit) => service.app.fetch(new Request(`http://localhost${path}`, init))
  return {
    service,
    engine,
    ask,
    generate: (asked, headers = {}, signal) =>
      ask('/v1/generate', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: typeof asked === 'string' ? asked : JSON.stringify(asked),
        ...(signal && { signal }),
      }),
  }
}

async function tinyCheckpoints(judges: LayoutName | undefined): Promise<[Checkpoint, Checkpoint]> {
  const { gpu } = await openGpu()
  try {
    const judge = await poseToTextContent(tinyJudge(gpu, judges))
    return [await tinySigner(gpu), await parseCheckpoint(formatCheckpoint(judge, 'judge'), 'judge')]
  } finally {
    await gpu.destroy()
  }
}

async function tinySigner(gpu: Gpu): Promise<Checkpoint> {
  const what = 'tiny'
  const languages = ['ASL', 'GSL']
  const card = { name: what, languages: namedLanguages(languages), provenance: { writtenBy: 'test' }, needs: [] }
  const reads = tinyGlossModel(gpu)
  const prompts = await glossContent(reads)
  const others = { [PROMPTS]: { ...prompts, tensors: alwaysReads(prompts.tensors, reads.gloss.idOf('<ASL_SUN>')) } }
  return parseCheckpoint(await formatModelFile(await poseContent(what, tinyModel(gpu, languages)), { card, others }, what), what)
}
