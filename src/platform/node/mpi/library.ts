// Open MPI's library, called through the optional package koffi. Only calls that return at once are used, and asked again whether they are done:
// one that blocks would hold up the GPU's callbacks, and could never be given up.

import { SignError } from '../../../base/errors.js'
import { optionalPackage } from '../../../base/optional.js'

/** A call that is under way; the bytes it reads and writes stay reachable with it. */
export interface Request {
  readonly handle: BigUint64Array
  readonly bytes: readonly Uint8Array[]
}

/** What of MPI is used, over all ranks. */
export interface Mpi {
  readonly rank: number
  readonly size: number
  /** As MPI_Ialltoall, bytes. */
  exchange(mine: Uint8Array, into: Uint8Array, block: number): Request
  /** As MPI_Iallgather, bytes. */
  gather(mine: Uint8Array, into: Uint8Array, block: number): Request
  /** As MPI_Test. Throws ERR_RANKS for a call that failed. */
  isDone(request: Request): boolean
  /** As MPI_Finalize. */
  finalize(): void
}

const WHO = 'Open MPI'
const INSTALL = 'On Debian or Ubuntu: apt-get install openmpi-bin, on every machine, and start with its mpirun'

const libraries: Readonly<Record<string, readonly string[]>> = {
  linux: ['libmpi.so.40', 'libmpi.so'],
  darwin: ['libmpi.40.dylib', '/opt/homebrew/lib/libmpi.dylib'],
}

const THREAD_FUNNELED = 1

/** Begins MPI in this process. Throws ERR_CONFIG where koffi or Open MPI is not installed, and for another MPI. */
export async function initialised(): Promise<Mpi> {
  const koffi = (await optionalPackage('koffi', WHO, () => import('koffi'))).default
  const lib = loaded((path) => koffi.load(path, { global: true }))
  const anything = koffi.opaque()
  const address = (name: string): unknown => {
    try {
      return lib.symbol(name, anything)
    } catch (cause) {
      throw new SignError('ERR_CONFIG', WHO, 'wanted its library, got that of another MPI', INSTALL, { cause })
    }
  }
  const [world, byte, errorsReturn] = [address('ompi_mpi_comm_world'), address('ompi_mpi_byte'), address('ompi_mpi_errors_return')]
  const call = (declaration: string) => {
    const f = lib.func(declaration)
    return (...args: readonly unknown[]): void => checked(declaration, f(...args) as number)
  }
  call('int MPI_Init_thread(int *, void *, int, _Out_ int *)')(null, null, THREAD_FUNNELED, [0])
  call('int MPI_Comm_set_errhandler(void *, void *)')(world, errorsReturn)
  const numberOf = (declaration: string): number => {
    const out = [0]
    call(declaration)(world, out)
    return out[0]!
  }
  const start = (declaration: string) => {
    const f = call(declaration)
    return (mine: Uint8Array, into: Uint8Array, block: number): Request => {
      const request = { handle: new BigUint64Array(1), bytes: [mine, into] }
      f(mine, block, byte, into, block, byte, world, request.handle)
      return request
    }
  }
  const test = call('int MPI_Test(void *, void *, void *)')
  const flag = new Int32Array(1)
  return {
    rank: numberOf('int MPI_Comm_rank(void *, _Out_ int *)'),
    size: numberOf('int MPI_Comm_size(void *, _Out_ int *)'),
    exchange: start('int MPI_Ialltoall(void *, int, void *, void *, int, void *, void *, void *)'),
    gather: start('int MPI_Iallgather(void *, int, void *, void *, int, void *, void *, void *)'),
    isDone: ({ handle }) => {
      test(handle, flag, null)
      return flag[0] !== 0
    },
    finalize: call('int MPI_Finalize()'),
  }
}

function loaded<Library>(load: (path: string) => Library): Library {
  const failures: string[] = []
  for (const path of libraries[process.platform] ?? []) {
    try {
      return load(path)
    } catch (error) {
      failures.push((error as Error).message)
    }
  }
  throw new SignError('ERR_CONFIG', WHO, `wanted its library libmpi, got none (${failures.join('; ') || process.platform})`, INSTALL)
}

function checked(declaration: string, code: number): void {
  if (code === 0) return
  const name = /MPI_\w+/.exec(declaration)![0]
  throw new SignError(
    'ERR_RANKS',
    WHO,
    `wanted ${name} to succeed, got its error ${code}`,
    'See what mpirun says of it; go on with --resume',
  )
}
