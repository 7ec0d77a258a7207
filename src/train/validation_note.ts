/** What to know of a run that has nothing to validate with but what it learns from. */
export const withoutDev = (whose: string): string =>
  `${whose}: no dev split, so validations score examples that are learned from: they say nothing of new ones`
