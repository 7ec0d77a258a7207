// How many tokens a model hesitates between.

/**
 * exp(Σ nll / Σ tokens): 1 for a model that is always sure and right, the size of the vocabulary for one that knows nothing. NaN for no tokens.
 *
 * @param nll summed negative log-likelihood in nats, padding left out
 * @param tokens how many tokens it is summed over
 */
export const perplexity = (nll: number, tokens: number): number => (tokens > 0 ? Math.exp(nll / tokens) : Number.NaN)
