import { describe, expect, it } from 'vitest'
import { launchOf } from './launch.js'

describe('how a process was started', () => {
  it.each([
    ['by itself', {}, undefined],
    ['as the one rank there is', { OMPI_COMM_WORLD_SIZE: '1' }, undefined],
    ["by Open MPI's mpirun", { OMPI_COMM_WORLD_SIZE: '4', PMIX_RANK: '0' }, { by: "Open MPI's mpirun", size: 4 }],
    ['by srun over PMIx', { PMIX_RANK: '2', SLURM_NTASKS: '16' }, { by: 'PMIx', size: 16 }],
    ['by another starter over PMIx', { PMIX_RANK: '2' }, { by: 'PMIx', size: undefined }],
    ['by sbatch, which starts one', { PMI_SIZE: '1' }, undefined],
  ])('is seen: %s', (_, environment, launch) => {
    expect(launchOf(environment)).toEqual(launch)
  })

  it('by another MPI is refused: each process would train alone', () => {
    expect(() => launchOf({ PMI_SIZE: '4', PMI_RANK: '1' })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', message: expect.stringMatching(/Open MPI, got 4 processes of another MPI/) }),
    )
  })
})
