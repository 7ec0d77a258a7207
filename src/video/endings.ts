// What files of videos end with, where nothing else tells that they are some.

import { extname } from 'node:path'

export const videoEndings = ['mp4', 'webm', 'mkv', 'mov', 'm4v', 'avi'] as const

/** Whether a path ends as a video does. */
export const endsAsVideo = (path: string): boolean => (videoEndings as readonly string[]).includes(extname(path).slice(1).toLowerCase())
