// The ranks this process is one of.

import type { Communicator } from '../../../base/communicator.js'
import { SignError } from '../../../base/errors.js'
import { MpiCommunicator, type WaitOptions } from './communicator.js'
import { launchOf } from './launch.js'
import { initialised } from './library.js'

/** Waits for a validation of the first rank are long. */
const TIMEOUT_S = 1800

/**
 * The ranks that Open MPI's mpirun started, or srun over PMIx; undefined for a process by itself, which needs no MPI. Throws ERR_CONFIG where
 * several were started and Open MPI or koffi is not installed, or another MPI started them; ERR_RANKS where one does not come.
 */
export async function openRanks({ timeout = TIMEOUT_S }: Partial<WaitOptions> = {}): Promise<Communicator | undefined> {
  const launch = launchOf(process.env)
  if (!launch) return undefined
  const mpi = await initialised()
  if (launch.size !== undefined && launch.size !== mpi.size) {
    const problem = `wanted ${launch.size} ranks, as ${launch.by} started, got ${mpi.size}`
    throw new SignError('ERR_CONFIG', 'Open MPI', problem, 'Use the mpirun that belongs to the library; on Debian both are in openmpi-bin')
  }
  return mpi.size > 1 ? MpiCommunicator.open(mpi, { timeout }) : undefined
}
