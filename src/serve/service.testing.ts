// A service on the smallest models there are, for tests without sockets and with.

import type { Checkpoint } from '../checkpoint/checkpoint.js'
import { formatCheckpoint } from '../checkpoint/checkpoint.js'
import { parseCheckpoint } from '../checkpoint/parse.js'
import { poseToTextContent } from '../checkpoint/pose_to_text.js'
import { poseContent } from '../checkpoint/text_to_pose.js'
import type { Gpu } from '../device/gpu.js'
import { tinyJudge, tinyModel } from '../model/tiny_models.testing.js'
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

/** Opens a service over two languages and a judge, on a device of its own. */
export async function testedService(options: Partial<ServiceOptions> = {}): Promise<TestedService> {
  const { rows = 4, queue = 4 } = options
  const [model, judge] = await tinyCheckpoints()
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

async function tinyCheckpoints(): Promise<[Checkpoint, Checkpoint]> {
  const { gpu } = await openGpu()
  try {
    return [await saved(gpu, 'tiny'), await saved(gpu, 'judge')]
  } finally {
    await gpu.destroy()
  }
}

async function saved(gpu: Gpu, what: 'tiny' | 'judge'): Promise<Checkpoint> {
  const content = what === 'tiny' ? await poseContent(what, tinyModel(gpu, ['ASL', 'GSL'])) : await poseToTextContent(tinyJudge(gpu))
  return parseCheckpoint(formatCheckpoint(content, what), what)
}
