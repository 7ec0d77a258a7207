// Korean is written in syllables and spelled in their letters.

const initials = 'ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ'
const vowels = 'ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ'
const finals = 'ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ'

/** The text with every Korean syllable as its letters one after another, and every letter by the one code that stands for it alone. */
export function hangulLetters(text: string): string {
  const alone = (letters: string, first: number) => (part: string) => letters[part.charCodeAt(0) - first]!
  return text
    .normalize('NFD')
    .replace(/[\u1100-\u1112]/g, alone(initials, 0x1100))
    .replace(/[\u1161-\u1175]/g, alone(vowels, 0x1161))
    .replace(/[\u11a8-\u11c2]/g, alone(finals, 0x11a8))
    .normalize('NFC')
}
