// Whole checkpoints as the released Sign2GPT code makes them, each tensor by its name there and by ours, for tests.

import { Random } from '../base/random.js'
import type { HostTensor } from '../nn/host_tensor.js'

export interface ReleasedSizes {
  /** Of the sign encoder: two stages with a pool between them. */
  readonly width: number
  readonly heads: number
  readonly hidden: number
  readonly stages: readonly number[]
  /** Of a frame: of pictures, the width of their encoder. */
  readonly numbers: number
  readonly images?: ReleasedImageSizes
}

/** Of a vision transformer whose last layer has adapters. */
export interface ReleasedImageSizes {
  readonly width: number
  readonly hidden: number
  readonly layers: number
  readonly patch: number
  readonly grid: number
  readonly rank: number
}

export interface ReleasedHead {
  readonly vector: number
  readonly classes: number
}

export interface ReleasedLanguage {
  readonly width: number
  readonly heads: number
  readonly hidden: number
  readonly layers: number
  readonly vocabulary: number
  readonly rank: number
}

/** A state dict by its own names, and the same tensors by ours. */
export class Released {
  readonly theirs = new Map<string, HostTensor>()
  readonly ours = new Map<string, HostTensor>()
  readonly #random = new Random(11)

  /** The first stage: what reads signing, and prototypes. */
  static firstStage(sizes: ReleasedSizes, { vector, classes }: ReleasedHead): Released {
    const made = new Released()
    made.#signs('sign_model.', sizes)
    made.#linear('post_model.fc_hidden', 'prototypes/hidden', vector, sizes.width)
    const prototypes = made.#theirs('post_model.vocab_embedding', [vector, classes, 1])
    const rows = Float32Array.from({ length: (classes + 1) * vector }, (_, i) => {
      const [row, v] = [Math.floor(i / vector), i % vector]
      return row < classes ? prototypes.data[v * classes + row]! : 0
    })
    made.ours.set('prototypes/vectors', { shape: [classes + 1, vector], data: rows })
    made.theirs.set('post_model.zero_embedding', { shape: [vector, 1, 1], data: new Float32Array(vector) })
    made.theirs.set('post_model.class_temperature', { shape: [1], data: Float32Array.of(0.3) })
    made.theirs.set('post_model.time_temperature', { shape: [1], data: Float32Array.of(0.6) })
    made.ours.set('prototypes/temperatures', { shape: [2], data: Float32Array.of(0.3, 0.6) })
    return made
  }

  /** The second stage: what reads signing, adapters, and the language model, whose tensors have the same names in ours as `language` says. */
  static secondStage(sizes: ReleasedSizes, language: ReleasedLanguage, languageModel: ReadonlyMap<string, HostTensor>): Released {
    const made = new Released()
    const { width, heads, layers, rank } = language
    made.#signs('sign_model.sign_model.', sizes)
    for (let i = 0; i < layers; i++) {
      const [theirs, ours] = [`lang_model.model.layers.${i}.self_attn.`, `adapters/layer.${i}/`]
      const factors = (part: string, own: string) => {
        made.#both(`${theirs}${part}_l1.weight`, `${ours}${own}/a`, [rank, width])
        made.#both(`${theirs}${part}_l2.weight`, `${ours}${own}/b`, [width, rank])
      }
      for (const [letter, part] of [
        ['q', 'query'],
        ['k', 'key'],
        ['v', 'value'],
      ] as const) {
        factors(`lora_w${letter}`, `self/${part}`)
        factors(`adaptor_lora_w${letter}`, `cross/${part}`)
      }
      factors('lora_wo', 'out')
      const gate = made.#theirs(`${theirs}adaptor_gate`, [1, heads, 1, 1])
      made.ours.set(`${ours}gate`, { shape: [heads], data: gate.data })
    }
    made.#linear('post_model.fc', 'adapters/signing', width, sizes.width)
    for (const [name, tensor] of languageModel) made.theirs.set(`lang_model.${name}`, tensor)
    return made
  }

  #images(prefix: string, { width, hidden, layers, patch, grid, rank }: ReleasedImageSizes): void {
    const flat = (theirs: string, ours: string, shape: readonly number[], own: readonly number[]) =>
      this.ours.set(`image/${ours}`, { shape: own, data: this.#theirs(`${prefix}${theirs}`, shape).data })
    flat('cls_token', 'class_token', [1, 1, width], [width])
    flat('pos_embed', 'positions', [1, 1 + grid * grid, width], [1 + grid * grid, width])
    flat('mask_token', 'mask_token', [1, width], [width])
    flat('patch_embed.proj.weight', 'patches/weight', [width, 3, patch, patch], [width, 3 * patch * patch])
    this.#both(`${prefix}patch_embed.proj.bias`, 'image/patches/bias', [width])
    for (let i = 0; i < layers; i++) {
      const [theirs, ours] = [`${prefix}blocks.${i}.`, `image/layer.${i}/`]
      for (const [half, part] of [
        [1, 'attention'],
        [2, 'feed_forward'],
      ] as const) {
        this.#norm(`${theirs}norm${half}`, `${ours}${part}`, width)
        this.#both(`${theirs}ls${half}.gamma`, `${ours}${part}/scale`, [width])
      }
      for (const [name, lora, own, outputs, inputs] of [
        ['attn.qkv', 'attn.lora_w1', 'attention/qkv', 3 * width, width],
        ['attn.proj', 'attn.lora_w2', 'attention/out', width, width],
        ['mlp.fc1', 'mlp.lora_w1', 'feed_forward/wide', hidden, width],
        ['mlp.fc2', 'mlp.lora_w2', 'feed_forward/narrow', width, hidden],
      ] as const) {
        this.#linear(`${theirs}${name}`, `${ours}${own}`, outputs, inputs)
        if (i < layers - 1) continue
        this.#both(`${theirs}${lora}_l1.weight`, `${ours}${own}/lora/a`, [rank, inputs])
        this.#both(`${theirs}${lora}_l2.weight`, `${ours}${own}/lora/b`, [outputs, rank])
      }
    }
    this.#both(`${prefix}norm.weight`, 'image/norm/gamma', [width])
    this.#both(`${prefix}norm.bias`, 'image/norm/beta', [width])
  }

  #signs(prefix: string, { width, heads, hidden, stages, numbers, images }: ReleasedSizes): void {
    if (images) this.#images(`${prefix}spatial_model.spatial_model.`, images)
    this.#linear(`${prefix}spatial_model.lin`, 'frames', width, numbers)
    this.#norm(`${prefix}spatial_model.bn`, 'frames', width)
    const mean = this.#theirs(`${prefix}spatial_model.bn.running_mean`, [width])
    const variance = this.#theirs(`${prefix}spatial_model.bn.running_var`, [width])
    variance.data.forEach((v, i) => {
      variance.data[i] = 1 + Math.abs(v)
    })
    this.ours.set('frames/norm/running', { shape: [2, width], data: Float32Array.of(...mean.data, ...variance.data) })
    const encoder = `${prefix}encoder.`
    this.theirs.set(`${encoder}embedding_block.pos_emb.pos`, { shape: [1, 8, width], data: new Float32Array(8 * width) })
    let layer = 0
    for (const [stage, layers] of stages.entries())
      for (let block = 0; block < layers; block++, layer++) {
        const [theirs, ours] = [`${encoder}network_block.network.${2 * stage}.${block}.`, `sign_encoder/layer.${layer}/`]
        for (const [letter, part] of [
          ['q', 'query'],
          ['k', 'key'],
          ['v', 'value'],
        ] as const)
          this.#linear(`${theirs}token_mixer.in_proj_container.${letter}_proj`, `${ours}self/${part}`, width, width)
        this.#linear(`${theirs}token_mixer.proj`, `${ours}self/out`, width, width)
        this.#linear(`${theirs}mlp.mlp.0`, `${ours}feed_forward/wide`, hidden, width)
        this.#linear(`${theirs}mlp.mlp.3`, `${ours}feed_forward/narrow`, width, hidden)
        for (const [half, part] of [
          [1, 'self'],
          [2, 'feed_forward'],
        ] as const) {
          this.#norm(`${theirs}norm${half}`, `${ours}${part}`, width)
          this.#both(`${theirs}layer_scale_${half}`, `${ours}${part}/scale`, [width])
        }
        const frequencies = width / heads / 2
        const table = { shape: [frequencies], data: new Float32Array(frequencies) }
        this.theirs.set(`${theirs}token_mixer.attention.rotary_embeddings.inv_freq`, table)
      }
  }

  #linear(theirs: string, ours: string, outputs: number, inputs: number): void {
    this.#both(`${theirs}.weight`, `${ours}/weight`, [outputs, inputs])
    this.#both(`${theirs}.bias`, `${ours}/bias`, [outputs])
  }

  #norm(theirs: string, ours: string, width: number): void {
    this.#both(`${theirs}.weight`, `${ours}/norm/gamma`, [width])
    this.#both(`${theirs}.bias`, `${ours}/norm/beta`, [width])
  }

  #both(theirs: string, ours: string, shape: readonly number[]): void {
    this.ours.set(ours, this.#theirs(theirs, shape))
  }

  #theirs(name: string, shape: readonly number[]): HostTensor {
    const count = shape.reduce((a, b) => a * b, 1)
    const tensor = { shape, data: Float32Array.from({ length: count }, () => 0.4 * this.#random.normal()) }
    this.theirs.set(name, tensor)
    return tensor
  }
}
