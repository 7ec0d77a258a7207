// The names of text metrics and of their options, apart from what computes them: a command line lists them before it knows if it will score.

export const textMetricNames = ['bleu', 'rouge', 'chrf', 'wer', 'cer', 'ler', 'exact', 'tokens'] as const
export type TextMetricName = (typeof textMetricNames)[number]

export const tokeniserNames = ['ws', '13a', 'zh', 'char', 'intl'] as const
export type Tokeniser = (typeof tokeniserNames)[number]

export const smoothings = ['none', 'exp'] as const
/** `exp`: the k-th order without a match counts as 1/2ᵏ of a match, as sacreBLEU does by default. */
export type Smoothing = (typeof smoothings)[number]

export const glossCleanUpNames = ['none', 'phoenix-2014', 'phoenix-2014t'] as const
export type GlossCleanUp = (typeof glossCleanUpNames)[number]
