// Whether this process is one of several that were started together, by what the starter left in its environment.

import { SignError } from '../../../base/errors.js'

/** How it was started. */
export interface Launch {
  /** Who started it, for messages. */
  readonly by: string
  /** How many there are; undefined where the starter does not say. */
  readonly size: number | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/** Undefined for a process by itself. Throws ERR_CONFIG where another MPI than Open MPI started it: each process would train alone. */
export function launchOf(env: Environment): Launch | undefined {
  const { OMPI_COMM_WORLD_SIZE, PMIX_RANK, SLURM_NTASKS, PMI_SIZE } = env
  if (OMPI_COMM_WORLD_SIZE !== undefined) return severalBy("Open MPI's mpirun", Number(OMPI_COMM_WORLD_SIZE))
  if (PMIX_RANK !== undefined) return severalBy('PMIx', SLURM_NTASKS === undefined ? undefined : Number(SLURM_NTASKS))
  if (PMI_SIZE === undefined || Number(PMI_SIZE) < 2) return undefined
  const problem = `wanted to be started by Open MPI, got ${PMI_SIZE} processes of another MPI, such as MPICH, or of srun without PMIx`
  throw new SignError('ERR_CONFIG', 'mpirun', problem, "Use Open MPI's mpirun (Debian: mpirun.openmpi), or srun --mpi=pmix")
}

const severalBy = (by: string, size: number | undefined): Launch | undefined => (size === 1 ? undefined : { by, size })
