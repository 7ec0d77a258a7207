// Images as what makes features of them takes them.

import type { Tensor } from '../device/memory.js'

export interface Images {
  /** [N, 3, height, width], normalised. */
  readonly images: Tensor
  /** u32 [N]: at least the rows or columns of an image, all of which count; 0 of one that is not there. */
  readonly there: Tensor
}
