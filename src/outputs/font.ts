// A bitmap alphabet of our own for labels in pictures, five dots wide and seven high: capitals, German's too, digits
// and what frame counters need.

/** Dots of a glyph, and from one glyph to the next. */
export const WIDTH = 5
export const HEIGHT = 7
export const ADVANCE = 6

/** Two hexadecimal digits a row, from the top; the lowest five bits are the dots, the highest of them leftmost. */
const rows: Readonly<Record<string, string>> = {
  ' ': '00000000000000',
  '0': '0e13151519110e',
  '1': '040c040404040e',
  '2': '0e11010204081f',
  '3': '1f02040201110e',
  '4': '02060a121f0202',
  '5': '1f101e0101110e',
  '6': '0608101e11110e',
  '7': '1f010204080808',
  '8': '0e11110e11110e',
  '9': '0e11110f01020c',
  A: '0e11111f111111',
  B: '1e11111e11111e',
  C: '0e11101010110e',
  D: '1c12111111121c',
  E: '1f10101e10101f',
  F: '1f10101e101010',
  G: '0e11101711110f',
  H: '1111111f111111',
  I: '0e04040404040e',
  J: '0702020202120c',
  K: '11121418141211',
  L: '1010101010101f',
  M: '111b1515111111',
  N: '11111915131111',
  O: '0e11111111110e',
  P: '1e11111e101010',
  Q: '0e11111115120d',
  R: '1e11111e141211',
  S: '0f10100e01011e',
  T: '1f040404040404',
  U: '1111111111110e',
  V: '11111111110a04',
  W: '11111115151b11',
  X: '11110a040a1111',
  Y: '11110a04040404',
  Z: '1f01020408101f',
  // Umlauts two rows shorter, with a row between them and their dots.
  Ä: '0a000e111f1111',
  Ö: '0a000e1111110e',
  Ü: '0a00111111110e',
  '.': '00000000000c0c',
  '-': '0000001f000000',
  '+': '0004041f040400',
  _: '0000000000001f',
  '/': '00010204081000',
  ':': '000c0c000c0c00',
}
/** An open box stands for what the alphabet lacks. */
const missing = '1f11111111111f'

/** Whether the alphabet has a character. */
export const hasGlyph = (char: string): boolean => Object.hasOwn(rows, char.toUpperCase())

/** The seven rows of a character, five bits each; small letters as capitals. */
export function glyph(char: string): number[] {
  const packed = rows[char.toUpperCase()] ?? missing
  return Array.from({ length: HEIGHT }, (_, row) => Number.parseInt(packed.slice(2 * row, 2 * row + 2), 16))
}
