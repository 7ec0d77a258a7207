// What requests may say and what is answered: the schemas that requests are checked by, and of which the OpenAPI document is made.

import { z } from 'zod'
import { bonePolicies } from '../infer/bone_policy.js'

/** Letters of a sentence; no model reads more than a few hundred tokens. */
const MOST_LETTERS = 4000

const said = z.string().min(1).max(MOST_LETTERS)

export const generateRequest = z
  .strictObject({
    text: said.optional().meta({ description: 'The sentence to sign, or LangGloss where the model reads that.' }),
    prompt: said.optional().meta({
      description: 'In place of text, for a model that reads prompts: what is asked for, as “How do you sign ‘rain’ in ASL?”.',
    }),
    model: z.string().optional().meta({ description: 'Name of a loaded model. May be left out where one is loaded.' }),
    language: z
      .string()
      .optional()
      .meta({ description: 'Sign language, e.g. ASL. May be left out of a model of one language, and where a prompt names it.' }),
    policy: z.enum(['auto', 'self-counter', 'predicted-length']).default('auto').meta({ description: 'How the length is decided.' }),
    bones: z.enum(bonePolicies).optional().meta({ description: 'Whether bones keep the lengths that they have in the training motions.' }),
    format: z
      .string()
      .optional()
      .meta({ description: 'Form of the answer, in place of the header Accept: one of those that /v1/models lists.' }),
  })
  .refine(({ text, prompt }) => (text === undefined) !== (prompt === undefined), { error: 'wanted text or prompt, got none or both' })
  .meta({ oneOf: [{ required: ['text'] }, { required: ['prompt'] }] })

export type GenerateRequest = z.infer<typeof generateRequest>

/** The lines of a stream, each an object of its own. */
export const startLine = z.object({
  type: z.literal('start'),
  text: z.string().meta({ description: 'What is signed: the sentence, or what a prompt was read as.' }),
  prompt: z.string().optional().meta({ description: 'The prompt, where one was asked.' }),
  tokens: z.array(z.string()).meta({ description: 'How it was read: words, letters or LangGloss, in order.' }),
  model: z.string(),
  language: z.string(),
  fps: z.number(),
  layout: z.string().meta({ description: 'Which points a frame has, skeleton-50 or that of a detector.' }),
  points: z.array(z.string()).meta({ description: 'Names of the points, in the order of their numbers.' }),
  dims: z.number().meta({ description: 'Numbers of a point.' }),
  frames: z.number().nullable().meta({ description: 'How many frames there will be; null where that is not known before they are made.' }),
  unknownWords: z.array(z.string()).meta({ description: 'Words that the model never learned: it reads on without knowing them.' }),
})
export const frameLine = z.object({
  type: z.literal('frame'),
  index: z.number(),
  joints: z.array(z.number()).meta({ description: 'Numbers of the points, rounded to five digits; the neck at 0, shoulders 1/3 apart.' }),
  confidence: z.array(z.number()).optional().meta({ description: 'Of each point, in layouts that tell it: 0 is not there.' }),
})
export const endLine = z.object({ type: z.literal('end'), frames: z.number(), seconds: z.number() })
export const errorLine = z.object({ type: z.literal('error'), code: z.string(), message: z.string() })

export type StreamLine = z.infer<typeof startLine> | z.infer<typeof frameLine> | z.infer<typeof endLine> | z.infer<typeof errorLine>

export const translation = z.object({ text: z.string(), glosses: z.string().optional(), notes: z.array(z.string()), model: z.string() })

export const modelList = z.object({
  models: z.array(
    z.object({
      name: z.string(),
      task: z.enum(['text-to-pose', 'pose-to-text']),
      readsPrompts: z.boolean().meta({ description: 'Whether it can be asked by prompt.' }),
      languages: z.array(z.object({ language: z.string(), fps: z.number(), maxFrames: z.number(), layout: z.string(), words: z.number() })),
    }),
  ),
  formats: z.array(z.object({ format: z.string(), type: z.string() })),
})

export type ModelList = z.infer<typeof modelList>

export const health = z.object({ status: z.enum(['ready', 'recovering', 'stopping']), running: z.number(), waiting: z.number() })

export const problem = z.object({ error: z.object({ code: z.string(), message: z.string() }) })
