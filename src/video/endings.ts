// What files of videos end with, in whatever case: one list for what is learned from and for what is read afterwards.

import { extname } from 'node:path'

export const videoEndings = ['mp4', 'webm', 'mkv', 'mov', 'm4v', 'avi', 'mpg', 'mpeg', 'wmv', 'gif'] as const

/** Whether a path ends as a video does. */
export const endsAsVideo = (path: string): boolean => (videoEndings as readonly string[]).includes(extname(path).slice(1).toLowerCase())

/** A path without the ending of a video. */
export const withoutVideoEnding = (path: string): string => (endsAsVideo(path) ? path.slice(0, -extname(path).length) : path)
