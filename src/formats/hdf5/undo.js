// Takes back what a call has written to a file, where the call failed: HDF5 writes a dataset in several places of the file, and a disk that is full between two of
// them leaves a dataset that looks whole. JavaScript, as worker.js, which it is a part of.

import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'

/** @typedef {{ readonly nfd?: number }} Stream */
/**
 * @typedef {object} FileSystem what the C library writes through
 * @property {(stream: Stream, buffer: Uint8Array, offset: number, length: number, position?: number, ...rest: unknown[]) => number} write
 * @property {(fd: number, length: number) => void} ftruncate
 * @property {(fd: number) => Stream | null} getStream
 */

export class Undo {
  /** Length of the file before the call; undefined as long as the call has written nothing. */
  #length = /** @type {number | undefined} */ (undefined)
  /** What was written over, oldest first. */
  #pieces = /** @type {{ position: number, bytes: Buffer }[]} */ ([])

  /** @param {FileSystem} FS */
  constructor(FS) {
    const { write, ftruncate } = FS
    FS.write = (stream, buffer, offset, length, position, ...rest) => {
      if (stream.nfd !== undefined && position !== undefined) this.#remember(stream.nfd, position, length)
      return write.call(FS, stream, buffer, offset, length, position, ...rest)
    }
    FS.ftruncate = (fd, length) => {
      const nfd = FS.getStream(fd)?.nfd
      if (nfd !== undefined) this.#remember(nfd, length, Number.POSITIVE_INFINITY)
      return ftruncate.call(FS, fd, length)
    }
  }

  /** Begins a call: what was written before stays. */
  begin() {
    this.#length = undefined
    this.#pieces = []
  }

  /**
   * Makes the file what it was when the call began. Needs no room on the disk. Throws where the system refuses.
   *
   * @param {string} path
   */
  takeBack(path) {
    if (this.#length === undefined) return
    const file = openSync(path, 'r+')
    try {
      for (const { position, bytes } of this.#pieces.reverse()) writeSync(file, bytes, 0, bytes.length, position)
      ftruncateSync(file, this.#length)
    } finally {
      closeSync(file)
    }
  }

  /**
   * @param {number} file
   * @param {number} position
   * @param {number} length
   */
  #remember(file, position, length) {
    this.#length ??= fstatSync(file).size
    const end = Math.min(position + length, this.#length, fstatSync(file).size)
    if (end <= position) return
    const bytes = Buffer.alloc(end - position)
    readSync(file, bytes, 0, bytes.length, position)
    this.#pieces.push({ position, bytes })
  }
}
