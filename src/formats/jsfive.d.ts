// What the tests use of jsfive, a reader of HDF5 in plain JavaScript, which ships without types.
declare module 'jsfive' {
  export interface Dataset {
    readonly shape: readonly number[]
    readonly dtype: string
    readonly value: ArrayLike<number>
    readonly attrs: Readonly<Record<string, ArrayLike<number>>>
  }
  export class File {
    constructor(bytes: ArrayBuffer, name: string)
    readonly keys: readonly string[]
    get(path: string): Dataset
  }
}
