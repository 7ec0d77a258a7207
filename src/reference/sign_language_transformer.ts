// The sign language transformer (neccam/slt) in float64, forward only, with its state dict as it is: what the model on kernels, and the searches over
// it, are held against. Slow on purpose: nothing here may be clever.

/** Parameters and buffers by the names of the released code, matrices [out, in]. */
export interface TranslatorWeights {
  readonly heads: number
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: ArrayLike<number> }>
}

type Row = readonly number[]

/** Which statistics normalise the embeddings: those of all rows of this batch, as in training, or the running ones. */
export type Statistics = 'batch' | 'running'

const indices = (n: number) => Array.from({ length: n }, (_, i) => i)
const dot = (a: Row, b: Row) => a.reduce((sum, x, i) => sum + x * b[i]!, 0)
const plus = (a: Row, b: Row): Row => a.map((x, i) => x + b[i]!)

function rowsOf({ tensors }: TranslatorWeights, name: string): Row[] {
  const { shape, data } = tensors.get(name)!
  const width = shape.at(-1)!
  return indices(data.length / width).map((r) => indices(width).map((c) => data[r * width + c]!))
}

const vectorOf = (model: TranslatorWeights, name: string): Row => rowsOf(model, name)[0]!

function linear(model: TranslatorWeights, name: string, x: Row): Row {
  const bias = model.tensors.has(`${name}.bias`) ? vectorOf(model, `${name}.bias`) : undefined
  return rowsOf(model, `${name}.weight`).map((w, o) => dot(w, x) + (bias?.[o] ?? 0))
}

function layerNorm(model: TranslatorWeights, name: string, x: Row): Row {
  const [gamma, beta] = [vectorOf(model, `${name}.weight`), vectorOf(model, `${name}.bias`)]
  const mean = x.reduce((sum, v) => sum + v, 0) / x.length
  const variance = x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x.length
  return x.map((v, c) => ((v - mean) / Math.sqrt(variance + 1e-6)) * gamma[c]! + beta[c]!)
}

/** Rows normalised column by column, then softsign. */
function embedded(model: TranslatorWeights, name: string, x: readonly Row[], statistics: Statistics): Row[] {
  const norm = `${name}.norm.norm`
  const columns = indices(x[0]!.length)
  const running = statistics === 'running'
  const mean = running ? vectorOf(model, `${norm}.running_mean`) : columns.map((c) => x.reduce((s, y) => s + y[c]!, 0) / x.length)
  const variance = running
    ? vectorOf(model, `${norm}.running_var`)
    : columns.map((c) => x.reduce((s, y) => s + (y[c]! - mean[c]!) ** 2, 0) / x.length)
  const [gamma, beta] = [vectorOf(model, `${norm}.weight`), vectorOf(model, `${norm}.bias`)]
  const normed = x.map((y) => y.map((v, c) => ((v - mean[c]!) / Math.sqrt(variance[c]! + 1e-5)) * gamma[c]! + beta[c]!))
  return normed.map((y) => y.map((v) => v / (1 + Math.abs(v))))
}

const positioned = (x: Row, at: number): Row =>
  x.map((v, c) => {
    const angle = at * Math.exp((-2 * Math.floor(c / 2) * Math.log(10_000)) / x.length)
    return v + (c % 2 === 0 ? Math.sin(angle) : Math.cos(angle))
  })

/** Each query sees the keys below `visible` of its index. */
function attention(
  model: TranslatorWeights,
  name: string,
  queries: readonly Row[],
  keys: readonly Row[],
  visible: (i: number) => number,
): Row[] {
  const k = keys.map((key) => linear(model, `${name}.k_layer`, key))
  const v = keys.map((key) => linear(model, `${name}.v_layer`, key))
  return queries.map((query, i) => {
    const q = linear(model, `${name}.q_layer`, query)
    const width = q.length / model.heads
    const heads = indices(model.heads).map((h) => {
      const part = (row: Row) => row.slice(h * width, (h + 1) * width)
      const scores = k.slice(0, visible(i)).map((key) => dot(part(q), part(key)) / Math.sqrt(width))
      const high = Math.max(...scores)
      const powers = scores.map((score) => Math.exp(score - high))
      const total = powers.reduce((sum, power) => sum + power, 0)
      return indices(width).map((c) => powers.reduce((sum, power, j) => sum + (power / total) * part(v[j]!)[c]!, 0))
    })
    return linear(model, `${name}.output_layer`, heads.flat())
  })
}

function feedForward(model: TranslatorWeights, name: string, x: Row): Row {
  const wide = linear(model, `${name}.pwff_layer.0`, layerNorm(model, `${name}.layer_norm`, x)).map((v) => Math.max(v, 0))
  return plus(linear(model, `${name}.pwff_layer.3`, wide), x)
}

const layersOf = ({ tensors }: TranslatorWeights, side: 'encoder' | 'decoder') =>
  indices(tensors.size)
    .map((i) => `${side}.layers.${i}`)
    .filter((name) => tensors.has(`${name}.feed_forward.layer_norm.weight`))

/** Rows of several samples, [B][n_b][width], of those that count only: padding is left out. */
type Batch = readonly (readonly Row[])[]

function embedBatch(model: TranslatorWeights, name: string, x: Batch, statistics: Statistics): Row[][] {
  const rows = embedded(model, name, x.flat(), statistics)
  return x.map(({ length }) => rows.splice(0, length))
}

export interface EncodedClips {
  /** After norm and softsign, before positions. */
  readonly embedded: Row[][]
  readonly encoded: Row[][]
  readonly glossLogits: Row[][]
}

/** Clips of real frames only, [B][T_b][D]. */
export function encodeClips(model: TranslatorWeights, clips: Batch, statistics: Statistics): EncodedClips {
  const projected = clips.map((clip) => clip.map((frame) => linear(model, 'sgn_embed.ln', frame)))
  const frames = embedBatch(model, 'sgn_embed', projected, statistics)
  const encoded = frames.map((clip) => {
    let x: Row[] = clip.map(positioned)
    for (const layer of layersOf(model, 'encoder')) {
      const normed = x.map((row) => layerNorm(model, `${layer}.layer_norm`, row))
      const attended = attention(model, `${layer}.src_src_att`, normed, normed, () => x.length)
      x = x.map((row, t) => feedForward(model, `${layer}.feed_forward`, plus(attended[t]!, row)))
    }
    return x.map((row) => layerNorm(model, 'encoder.layer_norm', row))
  })
  return { embedded: frames, encoded, glossLogits: encoded.map((clip) => clip.map((row) => linear(model, 'gloss_output_layer', row))) }
}

/**
 * Sentences so far, [B][n_b] of ids from `<s>` on without padding, over their encoded clips. Statistics of a batch are of all tokens given, ends of
 * sentences included.
 */
export function decodeSentences(
  model: TranslatorWeights,
  sentences: readonly (readonly number[])[],
  encoded: Batch,
  statistics: Statistics,
): { embedded: Row[][]; wordLogits: Row[][] } {
  const table = rowsOf(model, 'txt_embed.lut.weight')
  const words = embedBatch(
    model,
    'txt_embed',
    sentences.map((ids) => ids.map((id) => table[id]!)),
    statistics,
  )
  const wordLogits = words.map((sentence, b) => {
    let x: Row[] = sentence.map(positioned)
    for (const layer of layersOf(model, 'decoder')) {
      const normed = x.map((row) => layerNorm(model, `${layer}.x_layer_norm`, row))
      const self = attention(model, `${layer}.trg_trg_att`, normed, normed, (i) => i + 1)
      const seen = x.map((row, t) => plus(self[t]!, row))
      const asked = seen.map((row) => layerNorm(model, `${layer}.dec_layer_norm`, row))
      const cross = attention(model, `${layer}.src_trg_att`, asked, encoded[b]!, () => encoded[b]!.length)
      x = seen.map((row, t) => feedForward(model, `${layer}.feed_forward`, plus(cross[t]!, row)))
    }
    return x.map((row) => linear(model, 'decoder.output_layer', layerNorm(model, 'decoder.layer_norm', row)))
  })
  return { embedded: words, wordLogits }
}
