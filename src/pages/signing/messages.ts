// What the page and the worker that signs for it say to each other. A request has a number; what is said about it has the same.

import type { Progress } from '../../base/progress.js'
import type { Motion } from '../../motion/clip.js'

/** A model that is open in the service that hosts the page. */
export interface ServedModel {
  readonly served: string
  readonly task: string
  readonly languages: readonly string[]
  readonly readsPrompts: boolean
  readonly token: string | undefined
}

/** Where a model comes from: an address, a file, or the service. */
export type ModelSource = string | File | ServedModel

/** What the page may ask for. */
export type Request =
  /** A model, beside those that are open. */
  | { readonly kind: 'open'; readonly source: ModelSource }
  | { readonly kind: 'sign'; readonly model: number; readonly text: string; readonly language: string }
  | { readonly kind: 'prompt'; readonly model: number; readonly text: string; readonly language: string | undefined }
  | { readonly kind: 'translate'; readonly model: number; readonly motion: Motion }
  | { readonly kind: 'write'; readonly format: FileFormat; readonly motion: Motion; readonly reference: Motion | undefined }

/** What a motion is written as. */
export const fileFormats = ['pose', 'glb', 'bvh', 'gif', 'mp4'] as const
export type FileFormat = (typeof fileFormats)[number]

export type ToWorker = { readonly id: number } & (Request | { readonly kind: 'cancel' })

/** A model that is ready. */
export interface OpenedModel {
  readonly name: string
  /** `text-to-pose` signs, `pose-to-text` translates. */
  readonly task: string
  readonly licence: string | undefined
  readonly languages: readonly string[]
  readonly readsPrompts: boolean
  readonly notes: readonly string[]
}

/** How a sentence or a prompt was read, as soon as that is known. */
export interface Reading {
  readonly language: string
  /** Words, letters or LangGloss, in order. */
  readonly tokens: readonly string[]
  readonly unknownWords: readonly string[]
}

/** What is said about a request; `failed` and those that end with it come last. */
export type Reply =
  | { readonly kind: 'progress'; readonly progress: Progress }
  /** Ends `open`. */
  | { readonly kind: 'opened'; readonly model: OpenedModel }
  | { readonly kind: 'read'; readonly reading: Reading }
  /** The frames of a motion that came since the piece before. */
  | { readonly kind: 'piece'; readonly motion: Motion }
  /** Ends `sign` and `prompt`. */
  | { readonly kind: 'signed' }
  /** Ends `translate`. */
  | { readonly kind: 'translated'; readonly text: string; readonly glosses: string | undefined; readonly notes: readonly string[] }
  /** Ends `write`. */
  | { readonly kind: 'written'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }

export type FromWorker = { readonly id: number } & Reply

/** Whether nothing is said about a request after this. */
export const isLast = ({ kind }: Reply): boolean => ['opened', 'signed', 'translated', 'written', 'failed'].includes(kind)
