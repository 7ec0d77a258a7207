// Sign languages as people name them in English and by abbreviations, with the tags that models give them. Our own twelve are named in
// other languages by their templates (prompts/); the others are here so that none of them is taken for one of ours, or goes unseen.

/** One naming may mean several languages; which, the one who asks says. */
export interface SignLanguage {
  /** Tags of this very language: the usual one, then others. Empty for a name that does not say which language is meant. */
  readonly tags: readonly string[]
  /** Tags of other languages that go by the same name, taken only where somebody says so. */
  readonly others: readonly string[]
  /** How it is written, in lower case; hyphens and spaces are the same. */
  readonly phrases: readonly string[]
}

/** `tags; other tags; abbreviations and names in full; words before "sign language"`. */
const table = `
ASL ASE;; asl; american
GSL DGS GSG; GSS; gsl, dgs, deutsche gebärdensprache, deutscher gebärdensprache, deutschen gebärdensprache; german
DSGS SGG;; dsgs, swiss dgs, swiss gsl, dsgs ch; swiss german, german swiss
LSF-CH SSR;; lsf ch, swiss lsf, lsf switzerland, lsf romande, lsf suisse, langue des signes suisse romande; swiss french, french swiss
LIS-CH SLF;; lis ch, swiss lis, lis switzerland, lis svizzera; swiss italian, italian swiss
LSA AED;; lsa, lengua de señas argentina; argentine, argentinian, argentinean
KSL KVK; XKI; ksl, 한국 수어; korean, south korean
TSL TSM; TSS TSQ; tsl, tid, türk işaret dili; turkish
LGP PSR;; lgp, língua gestual portuguesa; portuguese
LIS ISE;; lis, lingua dei segni italiana; italian
LSE SSP;; lse, lengua de signos española; spanish
STS SWL;; sts, svenskt teckenspråk; swedish
; DSGS LSF-CH LIS-CH;; swiss
; ISG INS ISR ICL ISL; isl;
GSS; GSL;; greek
XKI; KSL;; kenyan
TSS; TSL;; taiwan, taiwanese
TSQ; TSL;; thai
BSL BFI;; bsl; british
AUSLAN ASF;; auslan; australian
NZSL NZS;; nzsl; new zealand
ISG; ISL;; irish
INS; ISL; ipsl; indian, indo pakistani
ISR; ISL;; israeli
ICL; ISL;; icelandic
LSF FSL;; lsf, langue des signes française; french
LSFB SFB;; lsfb; french belgian, belgian french
VGT;; vgt; flemish
NGT DSE;; ngt; dutch
LSQ FCS;; lsq; quebec, québec
LSM MFS;; lsm; mexican
LSC CSC; CSN; lsc; catalan
CSN; LSC;; colombian
LIBRAS BZS;; libras; brazilian
CSL;; csl; chinese
HKSL HKS;; hksl; hong kong
JSL;; jsl; japanese
RSL;; rsl; russian
PJM PSO;; pjm; polish
CZJ CSE;; čzj, czj; czech
OGS ASQ;; ögs, ogs, österreichische gebärdensprache; austrian
DTS DSL;; dts; danish
NTS NSL;; nts; norwegian
SVK FSE;; finsl; finnish
HZJ CSQ;; hzj; croatian
USL UKL;; ; ukrainian
SASL SFS;; sasl; south african
PSP; FSL; ; filipino, philippine
PKS; PSL; ; pakistani
XML; MSL; ; malaysian
VSL;; ; vietnamese
ARSL; ; arsl; arabic, arab
SDL; SSL; ; saudi, saudi arabian
`

/** The sign languages that are known by name. */
export const signLanguages: readonly SignLanguage[] = table
  .trim()
  .split('\n')
  .map((line) => {
    const [tags, others, phrases, adjectives] = line.split(';') as [string, string, string, string]
    const listed = (list: string) =>
      list
        .split(',')
        .map((one) => one.trim())
        .filter(Boolean)
    const words = (list: string) => list.split(' ').filter(Boolean)
    return {
      tags: words(tags),
      others: words(others),
      phrases: [...listed(phrases), ...listed(adjectives).map((one) => `${one} sign language`)],
    }
  })

/** The English name of the language with that tag, such as `Swiss German Sign Language`; undefined for a tag that is not known. */
export function languageName(tag: string): string | undefined {
  const phrase = signLanguages.find(({ tags }) => tags.includes(tag.toUpperCase()))?.phrases.find((one) => one.endsWith(' sign language'))
  return phrase?.replace(/(^|[ -])\p{L}/gu, (letter) => letter.toUpperCase())
}

/** Abbreviations that are words of some language too, written so: `je lis` is French. They count in capitals, or after a word such as `in`. */
export const everydayWords: ReadonlySet<string> = new Set(['lis', 'tid', 'libras'])
