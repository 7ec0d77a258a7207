// Types of what we use of `gifenc`, which ships none.

declare module 'gifenc' {
  interface FrameOptions {
    /** [red, green, blue] entries; on the first frame, the palette of the whole file. */
    palette?: readonly (readonly [number, number, number])[]
    /** Milliseconds; the file keeps hundredths of a second. */
    delay?: number
    /** 0 for ever, -1 once. */
    repeat?: number
  }
  interface Encoder {
    /** `index`: one palette entry a pixel, row after row. */
    writeFrame(index: Uint8Array, width: number, height: number, options?: FrameOptions): void
    finish(): void
    bytes(): Uint8Array
  }
  /** Colours for pixels in RGBA. */
  export function quantize(rgba: Uint8Array | Uint8ClampedArray, maxColors: number): [number, number, number][]
  /** The nearest entry of each pixel. */
  export function applyPalette(rgba: Uint8Array | Uint8ClampedArray, palette: readonly (readonly [number, number, number])[]): Uint8Array
  export function GIFEncoder(options?: { initialCapacity?: number }): Encoder
}
