// The names of the joins of join.ts by themselves, for the command line, which loads no more than it must.

/** How one letter becomes the next: in straight lines, or by turning bones. */
export const joins = ['even', 'measured'] as const
export type Join = (typeof joins)[number]
