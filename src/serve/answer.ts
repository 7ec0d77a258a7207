// A motion as the response that was asked for.

import type { Deadline } from './deadline.js'
import { type Form, fileOf } from './forms.js'
import type { Signing } from './signing.js'
import { bodyOf, encodeLine } from './stream.js'

export interface MotionAnswer {
  readonly response: Response
  /** When it is at its end: with the error that ended it, if one did. */
  readonly over: Promise<unknown>
}

/** Throws what is wrong before the first frame, so that its status tells. */
export async function answerMotion(signing: Signing, form: Form, deadline: Deadline): Promise<MotionAnswer> {
  const { encode, type, format } = form
  try {
    const { prompt, text, language } = await signing.begun()
    if (encode) {
      const about = { text: prompt ?? text, language }
      const file = await fileOf({ ...form, encode }, await signing.motion(), about)
      deadline.end()
      const named = format === 'html' ? {} : { 'Content-Disposition': `attachment; filename="motion.${format}"` }
      return { response: new Response(file, { headers: { 'Content-Type': type, ...named } }), over: Promise.resolve() }
    }
  } catch (error) {
    deadline.end()
    throw error
  }
  let told: (error?: unknown) => void = () => {}
  const over = new Promise<unknown>((resolve) => {
    told = resolve
  })
  const body = bodyOf(signing.lines(), encodeLine[format as 'ndjson' | 'sse'], (error) => {
    deadline.end()
    told(error)
  })
  return { response: new Response(body, { headers: { 'Content-Type': type, 'Cache-Control': 'no-store' } }), over }
}
