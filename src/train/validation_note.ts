/** What to know of a run that has nothing to validate with but what it learns from. */
export const withoutDev = (whose: string): string =>
  `${whose}: no dev split, so validations are computed on training examples: they do not show how well the model generalises`
