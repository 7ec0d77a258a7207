import { createHash } from 'node:crypto'

/** 16 hexadecimal digits of SHA-256 of a clip's name: enough to tell whether two splits share clips, without saying which clips they are. */
export const nameHash = (name: string): string => createHash('sha256').update(name.normalize('NFC')).digest('hex').slice(0, 16)
