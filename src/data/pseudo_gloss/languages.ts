// Spoken languages whose sentences are analysed, ISO 639-1.

export const analysedLanguages = ['de', 'en', 'zh'] as const
export type AnalysedLanguage = (typeof analysedLanguages)[number]
