// Seeded random numbers for everything the host draws: initial weights, shuffles, synthetic clips. Same seed, same numbers, on every machine.

/** A stream of uniform numbers in [0, 1), resumable from `state`. */
export class Random {
  /** The whole state: write it to a checkpoint, and a resumed stream goes on with the same numbers. */
  state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  /** An independent stream for a named purpose, so that adding a draw in one place moves nothing elsewhere. */
  static for(seed: number, ...purpose: (string | number)[]): Random {
    let hash = 0x811c9dc5 ^ seed
    for (const char of purpose.join('/')) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193)
    return new Random(scramble(hash))
  }

  /** 32 random bits. SplitMix32: a Weyl sequence pushed through a finalising hash. */
  bits(): number {
    this.state = (this.state + 0x9e3779b9) >>> 0
    return scramble(this.state)
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return (this.bits() >>> 5) / 0x8000000
  }

  /** Uniform whole number in [0, n). */
  below(n: number): number {
    return Math.floor(this.uniform() * n)
  }

  /** Standard normal, by Box and Muller's transform. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    return radius * Math.cos(2 * Math.PI * this.uniform())
  }

  /** A shuffled copy: Fisher and Yates. */
  shuffled<T>(items: readonly T[]): T[] {
    const out = items.slice()
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      ;[out[i], out[j]] = [out[j]!, out[i]!]
    }
    return out
  }
}

function scramble(bits: number): number {
  let z = bits >>> 0
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return (z ^ (z >>> 15)) >>> 0
}
