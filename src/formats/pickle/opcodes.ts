// The instructions of Python's pickle format by their codes, all of protocols 0 to 5: those that plain data need are read, of the others the name is known, so
// that a file that asks for one is refused by it. After the table in CPython's pickletools.

/** What stands behind an instruction's code. */
export type Argument =
  | 'nothing'
  /** An unsigned number of so many bytes, or a signed one. */
  | 'u1'
  | 'u2'
  | 'u4'
  | 'u8'
  | 'i4'
  /** UTF-8, or bytes, behind their length. */
  | 'text1'
  | 'text4'
  | 'bytes1'
  | 'bytes4'
  /** A module and a name, each ended by a newline. */
  | 'names'

/** The instructions that build data. Everything else that pickle can do, calls above all, is left out. */
export const op = {
  MARK: 0x28,
  EMPTY_TUPLE: 0x29,
  STOP: 0x2e,
  BINBYTES: 0x42,
  SHORT_BINBYTES: 0x43,
  BININT: 0x4a,
  BININT1: 0x4b,
  BININT2: 0x4d,
  NONE: 0x4e,
  REDUCE: 0x52,
  BINUNICODE: 0x58,
  EMPTY_LIST: 0x5d,
  APPEND: 0x61,
  BUILD: 0x62,
  GLOBAL: 0x63,
  APPENDS: 0x65,
  BINGET: 0x68,
  LONG_BINGET: 0x6a,
  BINPUT: 0x71,
  LONG_BINPUT: 0x72,
  SETITEM: 0x73,
  TUPLE: 0x74,
  SETITEMS: 0x75,
  EMPTY_DICT: 0x7d,
  PROTO: 0x80,
  TUPLE1: 0x85,
  TUPLE2: 0x86,
  TUPLE3: 0x87,
  NEWTRUE: 0x88,
  NEWFALSE: 0x89,
  SHORT_BINUNICODE: 0x8c,
  STACK_GLOBAL: 0x93,
  MEMOIZE: 0x94,
  FRAME: 0x95,
} as const

export type OpName = keyof typeof op

const withArgument: Partial<Record<OpName, Argument>> = {
  PROTO: 'u1',
  FRAME: 'u8',
  GLOBAL: 'names',
  BINGET: 'u1',
  LONG_BINGET: 'u4',
  BINPUT: 'u1',
  LONG_BINPUT: 'u4',
  BININT: 'i4',
  BININT1: 'u1',
  BININT2: 'u2',
  BINUNICODE: 'text4',
  SHORT_BINUNICODE: 'text1',
  BINBYTES: 'bytes4',
  SHORT_BINBYTES: 'bytes1',
}

const names: Record<number, string> = {
  48: 'POP',
  49: 'POP_MARK',
  50: 'DUP',
  70: 'FLOAT',
  71: 'BINFLOAT',
  73: 'INT',
  76: 'LONG',
  80: 'PERSID',
  81: 'BINPERSID',
  83: 'STRING',
  84: 'BINSTRING',
  85: 'SHORT_BINSTRING',
  86: 'UNICODE',
  100: 'DICT',
  103: 'GET',
  105: 'INST',
  108: 'LIST',
  111: 'OBJ',
  112: 'PUT',
  129: 'NEWOBJ',
  130: 'EXT1',
  131: 'EXT2',
  132: 'EXT4',
  138: 'LONG1',
  139: 'LONG4',
  141: 'BINUNICODE8',
  142: 'BINBYTES8',
  143: 'EMPTY_SET',
  144: 'ADDITEMS',
  145: 'FROZENSET',
  146: 'NEWOBJ_EX',
  150: 'BYTEARRAY8',
  151: 'NEXT_BUFFER',
  152: 'READONLY_BUFFER',
  ...Object.fromEntries(Object.entries(op).map(([name, code]) => [code, name])),
}

/** What stands behind each code that is read; undefined for the others. */
export const argumentOf: readonly (Argument | undefined)[] = Array.from({ length: 256 }, (_, code) => {
  const name = names[code]
  return name !== undefined && name in op ? (withArgument[name as OpName] ?? 'nothing') : undefined
})

/** The instruction's name, or its code where there is none of that code. */
export function opName(code: number): string {
  return names[code] ?? `code 0x${code.toString(16).padStart(2, '0')}`
}
