// How templates name their language. Whoever reads prompts wants these and none of the templates, which are most of a bundle's text.

/** By the tags of the languages. */
export const templateNames = {
  ASL: /\bASL\b|American Sign Language/,
  GSL: /\bDGS\b|Deutsche[rn]? Gebärdensprache/,
  DSGS: /\bDSGS\b|Deutschschwei/,
  'LSF-CH': /LSF (de )?[Ss]uisse|[Ss]uisse romande/,
  'LIS-CH': /LIS svizzera|Svizzera italiana|Ticino/,
  LSA: /\bLSA\b|Lengua de Señas Argentina/,
  KSL: /한국수어/,
  TSL: /TİD|Türk İşaret Dili/,
  LGP: /\bLGP\b|língua gestual portuguesa/i,
  LIS: /\bLIS\b(?! svizzera)|lingua dei segni italiana/,
  LSE: /\bLSE\b|lengua de signos española/i,
  STS: /\bSTS\b|svenskt? teckenspråk|svenska teckenspråket/i,
} as const satisfies Readonly<Record<string, RegExp>>
