// Writes a table as Parquet, for whoever asks questions of a corpus with DuckDB, pandas or the like. Needs the optional package hyparquet-writer.

import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import { optionalPackage } from '../base/optional.js'

/** One column; `undefined` in a text column is a null of the table. */
export type ParquetColumn =
  | { readonly name: string; readonly type: 'STRING'; readonly data: readonly (string | undefined)[] }
  | { readonly name: string; readonly type: 'INT32' | 'DOUBLE'; readonly data: readonly number[] }

/**
 * Writes columns of equal length. Throws ERR_DATA naming `path` and the column of another length, ERR_CONFIG where the optional package is not installed,
 * ERR_OUTPUT where `path` cannot be written.
 */
export async function writeParquet(path: string, columns: readonly ParquetColumn[]): Promise<void> {
  const rows = columns[0]?.data.length ?? 0
  const odd = columns.find(({ data }) => data.length !== rows)
  if (odd)
    throw new SignError(
      'ERR_DATA',
      path,
      `wanted ${counted(rows, 'row')} in column '${odd.name}', got ${odd.data.length}`,
      'Give columns of one length',
    )
  const { parquetWriteBuffer } = await optionalPackage('hyparquet-writer', path, () => import('hyparquet-writer'))
  const columnData = columns.map(({ name, type, data }) => ({ name, type, data: [...data], nullable: type === 'STRING' }))
  await writeWhole(path, new Uint8Array(parquetWriteBuffer({ columnData })))
}
