/** The models of the body that MediaPipe has, from the fastest to the most exact. */
export const bodyModels = ['lite', 'full', 'heavy'] as const
export type BodyModel = (typeof bodyModels)[number]
