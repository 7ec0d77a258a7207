// How far a model's own frames lie from the true ones when it generates: further than its predictions from true frames, whose errors do not add up.

import type { Random } from '../../base/random.js'
import type { SignModel } from '../../model/sign_model.js'
import { COORDS } from '../../motion/skeleton.js'
import type { LanguageData } from './data.js'
import { deviation } from './error_record.js'
import { BATCH, signClips } from './evaluate.js'

/**
 * [150] the standard deviation of each coordinate's error, in the model's units, over motions generated at the true lengths for some training
 * clips and compared frame by frame. Which clips, `random` draws. Throws ERR_DIVERGED where the model's numbers are not finite.
 */
export async function freeRunningError(
  model: SignModel,
  { language, source, train }: Pick<LanguageData, 'language' | 'source' | 'train'>,
  random: Random,
): Promise<Float32Array> {
  const { scale } = model.group(language).scaling
  const clips = random
    .shuffled(train.filter(({ ids }) => ids.length > 1))
    .slice(0, BATCH)
    .map(({ clip }) => clip)
  const sums = new Float64Array(COORDS)
  const squares = new Float64Array(COORDS)
  for (const { reference, hypothesis } of await signClips(model, { language, source }, clips, 'oracle'))
    hypothesis.joints.forEach((value, i) => {
      const c = i % COORDS
      const error = (value - reference.joints[i]!) / scale[c]!
      sums[c]! += error
      squares[c]! += error * error
    })
  const rows = clips.reduce((sum, { frames }) => sum + frames, 0)
  return Float32Array.from(sums, (sum, c) => deviation(sum, squares[c]!, rows))
}
