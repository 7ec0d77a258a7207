// The size of a video's picture, for detectors that write fractions of it.

import { SignError } from '../base/errors.js'

/** In pixels. */
export interface Picture {
  readonly width: number
  readonly height: number
}

/** Whether a value can be the width or height of a picture. */
export function isExtent(value: unknown): value is number {
  return typeof value === 'number' && value >= 1 && value <= 1e5
}

/** Throws ERR_CONFIG for a picture without a size. */
export function checkPicture({ width, height }: Picture): void {
  if (isExtent(width) && isExtent(height)) return
  const problem = `wanted the video's width and height in pixels, got ${width} x ${height}`
  throw new SignError('ERR_CONFIG', 'picture', problem, 'The files hold fractions of the picture: give the size of the video')
}

/** The size of a picture of which `who` holds fractions, but nobody told it: there is no default that could be right. */
export function pictureWanted(who: string): SignError {
  const problem = 'wanted the size of the video, got none'
  return new SignError('ERR_CONFIG', who, problem, 'The files hold fractions of the picture: give its size, e.g. --picture 1280x720')
}
