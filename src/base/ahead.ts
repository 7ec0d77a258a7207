// Asynchronous work with a few pieces under way at once, taken in their order: reading many small files waits for the disk, not for one another.

/**
 * What `work` gives for each item, in the items' order, with up to `width` of them under way. A piece that fails throws when its turn comes.
 *
 * @example
 * for await (const bytes of ahead(paths, 8, (path) => readFile(path))) take(bytes)
 */
export async function* ahead<T, R>(items: Iterable<T>, width: number, work: (item: T) => Promise<R>): AsyncGenerator<R> {
  const running: Promise<R>[] = []
  for (const item of items) {
    const piece = work(item)
    // Until its turn nobody awaits it, which Node takes for an error that nobody handles.
    piece.catch(() => undefined)
    running.push(piece)
    if (running.length >= width) yield await running.shift()!
  }
  while (running.length > 0) yield await running.shift()!
}
