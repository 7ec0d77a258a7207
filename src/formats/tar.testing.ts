// `.tar` archives for tests, in the forms that programs write.

/** One entry: its name, its data, and its type, `0` for a file. */
export type TarPart = readonly [name: string, data: string | Uint8Array, type?: string]

export function tarOf(parts: readonly TarPart[], end = 1024): Uint8Array {
  const blocks = parts.flatMap(([name, data, type = '0']) => {
    const bytes = Buffer.from(data)
    return [tarHeader(name, bytes.length, type), bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(end)])
}

export function tarHeader(name: string, size: number, type: string, magic = 'ustar\x0000'): Buffer {
  const header = Buffer.alloc(512)
  header.write(name.slice(0, 100), 0)
  header.write('0000644\x00', 100)
  header.write(`${size.toString(8).padStart(11, '0')}\x00`, 124)
  header.write('        ', 148)
  header.write(type, 156)
  header.write(magic, 257, 'latin1')
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\x00 `, 148)
  return header
}

/** A pax record, whose length counts its own digits. */
export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  const length = Buffer.byteLength(rest)
  const digits = String(length + String(length).length).length
  return `${length + digits}${rest}`
}
