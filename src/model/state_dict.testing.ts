// State dicts as the published Progressive Transformers code makes them, for tests.

/** Coordinates and the counter. */
const NUMBERS = 151

/** A state dict with the names that code gives its tensors, all numbers small and different. */
export function stateDict({ words, width, hidden, layers }: { words: number; width: number; hidden: number; layers: number }) {
  const linear = (name: string, outputs: number, inputs: number) => [
    [`${name}.weight`, [outputs, inputs]],
    [`${name}.bias`, [outputs]],
  ]
  const norm = (name: string) => [`${name}.weight`, `${name}.bias`].map((part) => [part, [width]])
  const attention = (name: string) => ['k', 'v', 'q', 'output'].flatMap((part) => linear(`${name}.${part}_layer`, width, width))
  const feedForward = (name: string) => [
    ...norm(`${name}.layer_norm`),
    ...linear(`${name}.pwff_layer.0`, hidden, width),
    ...linear(`${name}.pwff_layer.3`, width, hidden),
  ]
  const shapes = [
    ['src_embed.lut.weight', [words, width]],
    ...linear('trg_embed', width, NUMBERS),
    ...Array.from({ length: layers }, (_, i) => [
      ...norm(`encoder.layers.${i}.layer_norm`),
      ...attention(`encoder.layers.${i}.src_src_att`),
      ...feedForward(`encoder.layers.${i}.feed_forward`),
      ...norm(`decoder.layers.${i}.x_layer_norm`),
      ...norm(`decoder.layers.${i}.dec_layer_norm`),
      ...attention(`decoder.layers.${i}.trg_trg_att`),
      ...attention(`decoder.layers.${i}.src_trg_att`),
      ...feedForward(`decoder.layers.${i}.feed_forward`),
    ]).flat(),
    ...norm('encoder.layer_norm'),
    ...norm('decoder.layer_norm'),
    ['decoder.output_layer.weight', [NUMBERS, width]],
  ] as [string, number[]][]
  return new Map(
    shapes.map(([name, shape], k) => {
      const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => 0.1 * Math.sin(k + 0.7 * i))
      return [name, { dtype: 'F32', shape, data } as const]
    }),
  )
}
