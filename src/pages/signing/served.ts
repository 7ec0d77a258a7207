// The service that hosts the page, as the page asks it.

import { encodePose, poseOfMotion } from '../../formats/pose/write.js'
import type { Motion } from '../../motion/clip.js'
import { layoutNamed, otherLayout } from '../../motion/layout/layouts.js'
import type { ModelList, StreamLine } from '../../serve/schemas.js'
import type { Reply, ServedModel } from './messages.js'

/** What the service refused or could not do. */
export class ServiceError extends Error {
  readonly code: string
  readonly status: number
  constructor(code: string, status: number, message: string) {
    super(message)
    this.code = code
    this.status = status
  }
}

/** The models of the service. Throws {@link ServiceError}, with status 401 where it wants another token. */
export async function servedModels(token: string | undefined): Promise<ServedModel[]> {
  const response = await asked('v1/models', token, {})
  const { models } = (await response.json()) as ModelList
  return models.map(({ name, task, readsPrompts, languages }) => ({
    ...{ served: name, task, readsPrompts, token },
    languages: languages.map(({ language }) => language),
  }))
}

/** What a sentence or a prompt is read as, and its motion in pieces. Throws {@link ServiceError}. */
export async function* servedSigning(
  { served, token }: ServedModel,
  request: { readonly text: string } | { readonly prompt: string },
  language: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Reply> {
  const body = JSON.stringify({ ...request, model: served, language, format: 'ndjson' })
  const response = await asked('v1/generate', token, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body, signal })
  let start: Extract<StreamLine, { type: 'start' }> | undefined
  for await (const lines of linesOf(response.body!)) {
    const frames: Extract<StreamLine, { type: 'frame' }>[] = []
    for (const line of lines) {
      if (line.type === 'error') throw new ServiceError(line.code, 200, line.message)
      if (line.type === 'frame') frames.push(line)
      if (line.type !== 'start') continue
      start = line
      yield { kind: 'read', reading: { language: line.language, tokens: line.tokens, unknownWords: line.unknownWords } }
    }
    if (start && frames.length > 0) yield { kind: 'piece', motion: pieceOf(start, frames) }
  }
}

/** What is signed in a motion. Throws {@link ServiceError}. */
export async function servedTranslation({ token }: ServedModel, motion: Motion, signal: AbortSignal) {
  const headers = { 'Content-Type': 'application/x-pose' }
  const response = await asked('v1/translate', token, { method: 'POST', headers, body: encodePose(poseOfMotion(motion)), signal })
  const { text, glosses, notes } = (await response.json()) as { text: string; glosses?: string; notes: string[] }
  return { text, glosses, notes }
}

async function asked(path: string, token: string | undefined, { headers, ...init }: RequestInit): Promise<Response> {
  const response = await fetch(path, { ...init, headers: { ...headers, ...(token && { Authorization: `Bearer ${token}` }) } })
  if (response.ok) return response
  const { error } = (await response.json().catch(() => ({}))) as { error?: { code: string; message: string } }
  throw new ServiceError(
    error?.code ?? 'ERR_BUG',
    response.status,
    error?.message ?? `The service answered with status ${response.status}.`,
  )
}

/** Lines of a stream, those that came together in one list. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamLine[]> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const lines = (rest + decoder.decode(part.value, { stream: true })).split('\n')
      rest = lines.pop()!
      if (lines.length > 0) yield lines.map((line) => JSON.parse(line) as StreamLine)
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

function pieceOf(
  { fps, layout }: Extract<StreamLine, { type: 'start' }>,
  frames: readonly Extract<StreamLine, { type: 'frame' }>[],
): Motion {
  const confidence = frames.flatMap((frame) => frame.confidence ?? [])
  return {
    joints: Float32Array.from(frames.flatMap(({ joints }) => joints)),
    ...(confidence.length > 0 && { confidence: Float32Array.from(confidence) }),
    ...otherLayout(layoutNamed(layout, 'service').name),
    frames: frames.length,
    fps,
  }
}
