// The spoken-language words of the synthetic corpus: weather, home and time, as people write them where each sign language is used.

export const syntheticLanguages = ['ASL', 'GSL', 'DSGS', 'LSF-CH', 'LIS-CH', 'LSA', 'KSL', 'TSL'] as const
export type SyntheticLanguage = (typeof syntheticLanguages)[number]

const german = list(`
  regen sonne wind schnee wolke nebel sturm haus tür fenster küche tisch brot wasser milch
  heute morgen abend woche winter sommer mutter kind freund arbeit schule berg stadt`)

const words: Record<SyntheticLanguage, { readonly locale: string; readonly words: readonly string[] }> = {
  ASL: {
    locale: 'en',
    words: list(`
      rain sun wind snow cloud fog storm house door window kitchen table bread water milk
      today tomorrow evening week winter summer mother child friend work school mountain city`),
  },
  GSL: { locale: 'de', words: german },
  DSGS: { locale: 'de', words: german },
  'LSF-CH': {
    locale: 'fr',
    words: list(`
      pluie soleil vent neige nuage brouillard orage maison porte fenêtre cuisine table pain eau lait
      aujourd'hui demain soir semaine hiver été mère enfant ami travail école montagne ville`),
  },
  'LIS-CH': {
    locale: 'it',
    words: list(`
      pioggia sole vento neve nuvola nebbia tempesta casa porta finestra cucina tavolo pane acqua latte
      oggi domani sera settimana inverno estate madre bambino amico lavoro scuola montagna città`),
  },
  LSA: {
    locale: 'es',
    words: list(`
      lluvia sol viento nieve nube niebla tormenta casa puerta ventana cocina mesa pan agua leche
      hoy mañana noche semana invierno verano madre niño amigo trabajo escuela montaña ciudad`),
  },
  KSL: {
    locale: 'ko',
    words: list(`
      비 해 바람 눈 구름 안개 폭풍 집 문 창문 부엌 책상 빵 물 우유
      오늘 내일 저녁 주일 겨울 여름 어머니 아이 친구 일 학교 산 도시`),
  },
  TSL: {
    locale: 'tr',
    words: list(`
      yağmur güneş rüzgâr kar bulut sis fırtına ev kapı pencere mutfak masa ekmek su süt
      bugün yarın akşam hafta kış yaz anne çocuk arkadaş iş okul dağ şehir`),
  },
}

/** Words every language has at least. */
export const WORDS_PER_LANGUAGE = Math.min(...Object.values(words).map((entry) => entry.words.length))

/** A language's first `count` words, lower case. */
export function wordsOf(language: SyntheticLanguage, count: number): readonly string[] {
  return words[language].words.slice(0, count)
}

/** A word as a gloss: capitals by the rules of its language (a Turkish i keeps its dot). */
export function glossOf(language: SyntheticLanguage, word: string): string {
  return word.toLocaleUpperCase(words[language].locale)
}

function list(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}
