// What the page that signs is told by who writes it.

/** A model that lies beside the page. */
export interface PageModel {
  /** Address, relative to the page. */
  readonly address: string
  readonly name: string
  /** `text-to-pose` or `pose-to-text`. */
  readonly task: string
  readonly bytes: number
}

export interface PageData {
  readonly models: readonly PageModel[]
  /** Whether a service hosts the page: then its models are asked, and `models` is empty. */
  readonly served?: boolean
}
