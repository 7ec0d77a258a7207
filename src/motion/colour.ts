// Colours as text that SVG, CSS and canvas take as it is, and as bytes.

/** `#rrggbb` */
export type Colour = `#${string}`

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number]

/** The three bytes of a colour. */
export function rgb(colour: Colour): Rgb {
  const bits = Number.parseInt(colour.slice(1), 16)
  return [bits >> 16, (bits >> 8) & 255, bits & 255]
}

/** A hue of 0 to 360 degrees, at a brightness of 0 to 1. */
export function hue(degrees: number, brightness = 1): Colour {
  const channel = (shift: number): string => {
    const k = (shift + degrees / 60) % 6
    const share = 1 - Math.max(0, Math.min(k, 4 - k, 1))
    return Math.floor(255 * brightness * share + 1e-6)
      .toString(16)
      .padStart(2, '0')
  }
  return `#${[5, 3, 1].map(channel).join('')}`
}
