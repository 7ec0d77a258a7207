import { type CtcLogits, likeliestClasses } from './logits.js'

/** The labels of the likeliest alignment: each frame's likeliest class, runs of one class collapsed, blanks dropped. */
export const greedyLabels = (given: CtcLogits): number[] =>
  likeliestClasses(given).filter((label, t, all) => label !== given.blank && label !== all[t - 1])
