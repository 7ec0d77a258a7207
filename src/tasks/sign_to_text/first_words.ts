// The words of signing that a sign-to-text training through codes begins with: those of its training clips, in the codes of the stage before.

import type { Checkpoint } from '../../checkpoint/checkpoint.js'
import { restoreVqSign } from '../../checkpoint/vq_sign.js'
import type { Gpu } from '../../device/gpu.js'
import { CodeReader } from '../../infer/code_reader.js'
import { learnSignWords, type SignWords } from '../../text/sign_words/words.js'
import type { SignedSplit } from '../../train/signing/load_signing.js'
import { asSeen } from '../../train/signing/open_signing.js'

/** Reads the clips once. Throws ERR_CHECKPOINT for what is no VQ-Sign model, ERR_DIVERGED where its numbers are not finite, and as videos are read. */
export async function firstWords(gpu: Gpu, stage: Checkpoint, clips: SignedSplit): Promise<SignWords> {
  await using model = restoreVqSign(gpu, stage)
  await using reader = new CodeReader(gpu, model)
  const read = await reader.read(await asSeen(model, model.config, clips, { cache: null }))
  const { slow, longest, words } = learnSignWords(
    read.map(({ codes }) => codes),
    { codes: model.config.codes },
  )
  return { slow, longest, words }
}
