// Cyclic redundancy checks: what notices any flipped bit, and any damage of up to 32 bits in a row.

/** CRC-32, as zip, PNG and zlib have it. */
export const crc32 = crcOf(0xedb88320)
/** CRC-32C (Castagnoli), as TensorBoard's event files have it. */
export const crc32c = crcOf(0x82f63b78)

/** Bytes taken at a time: 16 make it as fast as a file is read. */
const SLICE = 16

/** The check of a polynomial, its bits reversed. */
function crcOf(polynomial: number): (bytes: Uint8Array) => number {
  let tables: Uint32Array | undefined
  return (bytes) => {
    tables ??= slicingTables(polynomial)
    // Words can only be viewed where they begin at a multiple of 4.
    return check(bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes), tables)
  }
}

/** Table s, from 256 s on: what a byte comes to with s zero bytes after it. */
function slicingTables(polynomial: number): Uint32Array {
  const tables = new Uint32Array(SLICE * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
    tables[byte] = crc
  }
  for (let i = 256; i < tables.length; i++) tables[i] = (tables[i - 256]! >>> 8) ^ tables[tables[i - 256]! & 0xff]!
  return tables
}

function check(bytes: Uint8Array, t: Uint32Array): number {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2)
  const whole = words.length & ~3
  let crc = -1
  for (let w = 0; w < whole; w += 4) {
    const [a, b, c, d] = [crc ^ words[w]!, words[w + 1]!, words[w + 2]!, words[w + 3]!]
    crc =
      t[3840 + (a & 255)]! ^
      t[3584 + ((a >>> 8) & 255)]! ^
      t[3328 + ((a >>> 16) & 255)]! ^
      t[3072 + (a >>> 24)]! ^
      t[2816 + (b & 255)]! ^
      t[2560 + ((b >>> 8) & 255)]! ^
      t[2304 + ((b >>> 16) & 255)]! ^
      t[2048 + (b >>> 24)]! ^
      t[1792 + (c & 255)]! ^
      t[1536 + ((c >>> 8) & 255)]! ^
      t[1280 + ((c >>> 16) & 255)]! ^
      t[1024 + (c >>> 24)]! ^
      t[768 + (d & 255)]! ^
      t[512 + ((d >>> 8) & 255)]! ^
      t[256 + ((d >>> 16) & 255)]! ^
      t[d >>> 24]!
  }
  for (let i = 4 * whole; i < bytes.length; i++) crc = (crc >>> 8) ^ t[(crc ^ bytes[i]!) & 255]!
  return ~crc >>> 0
}
