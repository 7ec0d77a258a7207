// Opening a model in Node.

import { type CheckpointSource, readCheckpoint } from '../checkpoint/file.js'
import { openGpu } from '../platform/node/open.js'
import { checkOpening, OpenSigner, type SignerOptions, signerOn } from './signer.js'

export interface OpenSignerOptions extends SignerOptions {
  /** As of `openGpu`: `gpu`, `software`, `embedded`, or part of an adapter's name. */
  readonly adapter?: string | undefined
}

/** Signs with one model. Any number of calls may be under way at once: each gives what it gives alone. */
export class Signer extends OpenSigner {
  /**
   * Opens a model file or a checkpoint of a text-to-pose run: a path, an address, or bytes. Throws ERR_CHECKPOINT for one that is damaged, cannot be read or
   * is for another task, ERR_USAGE for a language it does not sign, as `openGpu`, and the signal's reason where it is aborted.
   *
   * @example
   * await using signer = await Signer.open('model.signllm', { language: 'ASL' })
   * const motion = await signer.sign('rain tomorrow')
   */
  static async open(model: CheckpointSource, options: OpenSignerOptions = {}): Promise<Signer> {
    checkOpening(options)
    const { adapter, device, name, signal, onProgress } = options
    const checkpoint = await readCheckpoint(model, { name, signal, onProgress })
    return signerOn(Signer, checkpoint, options, async () => (await openGpu({ adapter, ...(device && { device }) })).gpu)
  }
}
