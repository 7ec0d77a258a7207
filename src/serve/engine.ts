// The device and the models on it, which come back where the device is lost.

import { Lifetime } from '../base/lifetime.js'
import type { Models } from './models.js'
import { isLoss, unavailable } from './problem.js'

/** How long to wait before each try to open another device. */
const PAUSES_MS = [0, 500, 2000, 8000]

export class Engine {
  /** Rejects where the device is lost and no other can be opened. */
  readonly failed: Promise<never>
  readonly #open: () => Promise<Models>
  readonly #lifetime = new Lifetime('service')
  #models: Models | undefined
  #losses = 0
  #recovering: Promise<void> | undefined
  #fail: (error: unknown) => void = () => {}

  private constructor(models: Models, open: () => Promise<Models>) {
    this.#models = models
    this.#open = open
    this.failed = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.failed.catch(() => undefined)
  }

  static async start(open: () => Promise<Models>): Promise<Engine> {
    return new Engine(await open(), open)
  }

  /** The models, or nothing while the device is lost; then another is being opened. */
  get models(): Models | undefined {
    try {
      this.#models?.gpu.check()
    } catch (error) {
      this.report(error)
    }
    return this.#models
  }

  /** How often a device was lost. */
  get losses(): number {
    return this.#losses
  }

  /** The models. Throws 503 while there are none. */
  use(): Models {
    const { models } = this
    if (!models) throw unavailable('wanted a working device, got one that was lost; another is being opened')
    return models
  }

  /** Tells of an error: where it is the loss of the device, another is opened. */
  report(error: unknown): void {
    if (!isLoss(error) || !this.#models || this.#lifetime.over) return
    const lost = this.#models
    try {
      lost.gpu.check()
      return // an error of before, or of one call
    } catch {
      this.#models = undefined
      this.#losses++
      this.#recovering = this.#recover(lost).catch((cause) => this.#fail(cause))
    }
  }

  async destroy(): Promise<void> {
    this.#lifetime.end()
    await this.#recovering
    await this.#models?.destroy()
    this.#models = undefined
  }

  async #recover(lost: Models): Promise<void> {
    await lost.destroy().catch(() => undefined)
    let cause: unknown
    for (const pause of PAUSES_MS) {
      await new Promise((resolve) => setTimeout(resolve, pause))
      if (this.#lifetime.over) return
      try {
        this.#models = await this.#open()
        return
      } catch (error) {
        cause = error
      }
    }
    throw cause
  }
}
