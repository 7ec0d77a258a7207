// The built-in corpus in the points of a layout: its signer has 50 joints in space, which a camera sees as DWPose's points.

import { SignError } from '../../base/errors.js'
import type { Clip } from '../../motion/clip.js'
import type { LayoutName } from '../../motion/layout/layout.js'
import { toDwpose } from '../../motion/layout/to_dwpose.js'
import { type SyntheticOptions, syntheticCorpus } from './corpus.js'

/** Whether the built-in corpus can be had in a layout. */
export const isDrawnIn = (layout: LayoutName): boolean => layout === 'skeleton-50' || layout === 'dwpose-128'

/** Its splits. Throws ERR_CONFIG for a layout that it is not in, and as `syntheticCorpus`. */
export function syntheticIn(layout: LayoutName, options: SyntheticOptions): Readonly<Record<'train' | 'dev' | 'test', readonly Clip[]>> {
  const { train, dev, test } = syntheticCorpus(options)
  if (layout === 'skeleton-50') return { train, dev, test }
  if (!isDrawnIn(layout)) {
    const problem = `wanted skeleton-50 or dwpose-128 for the built-in corpus, got ${layout}`
    throw new SignError('ERR_CONFIG', 'model.layout', problem, 'Train on files')
  }
  const seen = (clips: readonly Clip[]) => clips.map((clip) => toDwpose(clip, clip.name))
  return { train: seen(train), dev: seen(dev), test: seen(test) }
}
