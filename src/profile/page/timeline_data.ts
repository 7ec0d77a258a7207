// What the report's page holds for its timeline, as its writer and its script both see it. All times in milliseconds.

export interface TimelineRow {
  readonly path: string
  readonly kernel: string
  readonly variant: string
  /** The name of a CSS variable. */
  readonly hue: string
}

export interface TimelineData {
  readonly rows: readonly TimelineRow[]
  readonly host: readonly (readonly [begin: number, end: number, name: string])[]
  /** In the order they ran; `row` counts in `rows`. */
  readonly gpu: readonly (readonly [begin: number, end: number, row: number])[]
}
