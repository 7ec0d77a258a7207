// A list that one side fills and the other reads, each at its own pace: who fills never waits.

export class Filling<T> {
  readonly #items: T[] = []
  #end: { readonly error?: unknown } | undefined
  #wake = (): void => {}

  get ended(): boolean {
    return this.#end !== undefined
  }

  push(item: T): void {
    if (this.#end) return
    this.#items.push(item)
    this.#wake()
  }

  /** No more will come; with `error`, reading ends with it, and what was not read is given up. */
  end(error?: { readonly error: unknown }): void {
    if (this.#end) return
    this.#end = error ?? {}
    if (error) this.#items.length = 0
    this.#wake()
  }

  /** What is filled in, from the first on. For one reader. */
  async *read(): AsyncGenerator<T> {
    while (true) {
      while (this.#items.length > 0) yield this.#items.shift()!
      if (this.#end) {
        if ('error' in this.#end) throw this.#end.error
        return
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
