// The names of what a speller can do, by themselves, for the command line, which loads no more than it must.

/** How one letter becomes the next: in straight lines, or by turning bones. */
export const joins = ['even', 'measured'] as const
export type Join = (typeof joins)[number]

/** Where joints are: as the estimator saw them, or as near to that as bones that keep their length allow. */
export const boneKinds = ['free', 'hold'] as const
export type BoneKind = (typeof boneKinds)[number]
