// HDF5 files as other tools write them, for tests.

import * as h5wasm from 'h5wasm/node'

/** Writes a file with h5wasm itself; returns its path. */
export async function foreignHdf5(path: string, make: (file: h5wasm.Group) => void): Promise<string> {
  await h5wasm.ready
  const file = new h5wasm.File(path, 'w')
  make(file)
  file.close()
  return path
}
