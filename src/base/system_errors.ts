// What the system refuses is a circumstance of the user's: a full disk, a folder that may not be written to, a path that is something else.

import { type ErrorCode, SignError } from './errors.js'

/** Whether an error came out of a system call on a file: it then names the call, and the path where it had one. */
export function isSystemError(cause: unknown): cause is NodeJS.ErrnoException {
  const { syscall, code } = (cause ?? {}) as NodeJS.ErrnoException
  // A path with a zero byte in it is refused before the system is asked.
  return cause instanceof Error && (syscall !== undefined || code === 'ERR_INVALID_ARG_VALUE')
}

/** What helps where the system refused to write. */
export const writingRemedy = (code: string | undefined): string => remedy(code) ?? 'Choose a folder you may write to, with room left'

/** What helps against it; `undefined` where only the reader knows. */
function remedy(code: string | undefined): string | undefined {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return 'Make room there, or choose another folder'
    case 'EACCES':
    case 'EPERM':
      return 'Choose a folder that you may write to, or change its permissions'
    case 'EROFS':
      return 'Choose a folder that can be written to'
    case 'ENOTDIR':
    case 'EEXIST':
      return 'Choose another path, or move the file that stands where a folder is wanted'
    case 'EISDIR':
    case 'ENOTEMPTY':
      return 'Choose another path, or move the folder that stands where a file is wanted'
    case 'ENAMETOOLONG':
      return 'Choose a shorter name'
    case 'EMFILE':
    case 'ENFILE':
      return 'Close other programs, or raise the limit of open files (ulimit -n)'
    default:
      return undefined
  }
}

/** What to throw where the system refused to write: ERR_OUTPUT. `wanted` says what was to be done, as in 'remove the older run'. */
export function refusedOutput(path: string, wanted: string, cause: NodeJS.ErrnoException): SignError {
  return new SignError('ERR_OUTPUT', path, `wanted to ${wanted}, got ${cause.message}`, writingRemedy(cause.code), { cause })
}

/** What to throw where the system refused to read: ERR_DATA, unless told otherwise. */
export function refusedInput(path: string, wanted: string, cause: NodeJS.ErrnoException, code: ErrorCode = 'ERR_DATA'): SignError {
  const readable = cause.code === 'EMFILE' || cause.code === 'ENFILE' ? remedy(cause.code)! : 'Check the path and its permissions'
  return new SignError(code, path, `wanted to ${wanted}, got ${cause.message}`, readable, { cause })
}

/** Runs file-system work on what a user gives; throws ERR_DATA with the path and the system's reason where it refuses. */
export async function input<T>(path: string, wanted: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (isSystemError(cause)) throw refusedInput(path, wanted, cause)
    throw cause
  }
}

const WRITES = /^(mkdir|mkdtemp|rename|unlink|rmdir|rm|copyfile|link|symlink|write|writev|fsync|fdatasync|ftruncate|chmod|utime|futime)$/
const NO_ROOM = /^(ENOSPC|EDQUOT|EROFS|EFBIG)$/

/** The error of a system call that nobody nearer turned into one of ours; undefined for any other error. */
export function unforeseenRefusal(cause: unknown): SignError | undefined {
  if (!isSystemError(cause) || cause.path === undefined) return undefined
  const writes = WRITES.test(cause.syscall ?? '') || NO_ROOM.test(cause.code ?? '')
  return writes ? refusedOutput(cause.path, `${cause.syscall} here`, cause) : refusedInput(cause.path, `${cause.syscall} this`, cause)
}
