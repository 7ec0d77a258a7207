// What Dawn and the Vulkan loader write to stderr while adapters are looked for. Dawn's log goes straight to the C library's stderr and no
// option of its instance, toggle or variable turns it off: two lines about dynamic offsets on every Mesa driver, and two with a line of a C++
// stack where a loader has no driver. So descriptor 2 is turned aside for the length of that one call, through the optional package koffi;
// without koffi, and only then, those lines reach the user. Linux only: elsewhere Dawn has nothing to say.

/** The few functions of the C library that Node has no words for. */
interface Descriptors {
  /** One worker thread at a time may turn descriptor 2 aside. C's lock of stdin, which spans threads and which nothing in Node ever takes. */
  readonly lock: () => void
  readonly unlock: () => void
  readonly dup: (from: number) => number
  readonly dup2: (from: number, to: number) => number
  readonly close: (descriptor: number) => number
  /** A new file in memory. */
  readonly memory: () => number
  readonly contents: (descriptor: number) => string
}

export interface Held<T> {
  readonly result: T
  /** What Dawn said meanwhile, line by line, without its stack. */
  readonly said: readonly string[]
}

/** Something that runs `work`, which must be done when it returns, and holds back what Dawn writes meanwhile. Other writers' lines are passed on. */
export type Holder = <T>(work: () => T) => Held<T>

let holder: Promise<Holder> | undefined

/** The way this machine has to hold Dawn's lines back; one that holds nothing where there is none. */
export function stderrHolder(): Promise<Holder> {
  holder ??= descriptors().then((c) => (c ? (work) => hold(c, work) : (work) => ({ result: work(), said: [] })))
  return holder
}

function hold<T>(c: Descriptors, work: () => T): Held<T> {
  c.lock()
  const usual = c.dup(2)
  const aside = usual < 0 ? -1 : c.memory()
  let text = ''
  let result: T
  try {
    if (aside >= 0) c.dup2(aside, 2)
    result = work()
  } finally {
    if (aside >= 0) {
      c.dup2(usual, 2)
      text = c.contents(aside)
      c.close(aside)
    }
    if (usual >= 0) c.close(usual)
    c.unlock()
    const others = text.split('\n').filter((line) => line !== '' && !isDawns(line))
    if (others.length > 0) process.stderr.write(`${others.join('\n')}\n`)
  }
  return { result, said: saidIn(text) }
}

// `Warning: vkCreateInstance: Found no drivers!`, and the stack `    at f (/home/…/VulkanError.cpp:106)` below some, with an empty line.
const SAID = /^(?:Info|Warning|Error): (.+)$/
const STACK = /^ {4}at .*\(.+\.(?:cpp|cc|h|mm):\d+\)$/
// What older releases of Mesa say of their software driver, to everybody who uses it.
const MESA = /^WARNING: (?:lavapipe|llvmpipe) is not a conformant/

const isDawns = (line: string): boolean => SAID.test(line) || STACK.test(line) || MESA.test(line)

const saidIn = (text: string): string[] => text.split('\n').flatMap((line) => SAID.exec(line)?.[1] ?? [])

const SEEK_END = 2
const MFD_CLOEXEC = 1

async function descriptors(): Promise<Descriptors | undefined> {
  if (process.platform !== 'linux') return undefined
  try {
    const { default: koffi } = await import('koffi')
    const c = koffi.load(null)
    const stdin = koffi.decode(c.symbol('stdin'), 'void *') as bigint
    const flockfile = c.func('void flockfile(void *)')
    const funlockfile = c.func('void funlockfile(void *)')
    const memfd = c.func('int memfd_create(const char *, unsigned int)')
    const lseek = c.func('int64_t lseek(int, int64_t, int)')
    const pread = c.func('int64_t pread(int, _Out_ uint8_t *, size_t, int64_t)')
    return {
      lock: () => flockfile(stdin),
      unlock: () => funlockfile(stdin),
      dup: c.func('int dup(int)') as Descriptors['dup'],
      dup2: c.func('int dup2(int, int)') as Descriptors['dup2'],
      close: c.func('int close(int)') as Descriptors['close'],
      memory: () => memfd('stderr', MFD_CLOEXEC) as number,
      contents: (descriptor) => {
        const bytes = Buffer.alloc(Number(lseek(descriptor, 0, SEEK_END)))
        pread(descriptor, bytes, bytes.length, 0)
        return bytes.toString()
      },
    }
  } catch {
    return undefined
  }
}
