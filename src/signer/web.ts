// Opening a model in a browser.

import { type CheckpointBytes, parseCheckpoint } from '../checkpoint/parse.js'
import { openGpu } from '../platform/web/open.js'
import { checkOpening, OpenSigner, type SignerOptions, signerOn } from './signer.js'

export interface OpenSignerOptions extends SignerOptions {
  /** Which adapter, where there are several. Default `high-performance`. */
  readonly powerPreference?: GPUPowerPreference | undefined
}

/** Signs with one model. Any number of calls may be under way at once: each gives what it gives alone. */
export class Signer extends OpenSigner {
  /**
   * Opens a model file or a checkpoint of a text-to-pose run: an address, a File or other Blob, or bytes. Throws ERR_CHECKPOINT for one that is damaged, cannot
   * be fetched or is for another task, ERR_NO_ADAPTER where there is no WebGPU, ERR_USAGE for a language it does not sign, and the signal's reason where it
   * is aborted.
   *
   * @example
   * const signer = await Signer.open('/models/rain.signllm', { onProgress: ({ done, all }) => show(done, all) })
   * for await (const { joints } of signer.stream('rain tomorrow')) draw(joints)
   */
  static async open(model: CheckpointBytes | string, options: OpenSignerOptions = {}): Promise<Signer> {
    checkOpening(options)
    const { device, powerPreference, name, signal, onProgress } = options
    const checkpoint = await parseCheckpoint(model, { name, signal, onProgress })
    const open = { ...(device && { device }), ...(powerPreference && { powerPreference }) }
    return signerOn(Signer, checkpoint, options, async () => (await openGpu(open)).gpu)
  }
}
