// Pieces that stand for one byte, `<0xE4>`: what is no piece otherwise is spelled by its UTF-8.

/** A byte as a piece. */
export const bytePiece = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`

/** The pieces of a text's bytes. */
export const bytePieces = (text: string): string[] => [...new TextEncoder().encode(text)].map(bytePiece)

/** The byte of a piece; undefined for a piece of another kind. */
export function byteOf(piece: string): number | undefined {
  const digits = /^<0x([0-9A-Fa-f]{2})>$/.exec(piece)?.[1]
  return digits === undefined ? undefined : Number.parseInt(digits, 16)
}
