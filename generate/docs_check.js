// What a folder of pages must keep to: it loads nothing from outside, and its links lead somewhere.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/** Attributes by which a browser fetches something without being asked; `a` is a link, which only its reader follows. */
const LOADED = /<(?:script|img|link|iframe|source|video|audio|object|embed|use)\b[^>]*?\s(?:src|srcset|href|data|poster)="([^"]*)"/g
const LINKED = /<(?:a|script|img|link|source|use)\b[^>]*?\s(?:href|src)="([^"]*)"/g

/** @type {(address: string) => boolean} */
const isOutside = (address) => /^(?:[a-z][a-z0-9+.-]*:)?\/\//i.test(address)

/** @type {(folder: string) => string[]} what is wrong with the pages, styles and scripts of a folder, a line each */
export function complaintsAbout(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => statSync(join(folder, file)).isFile())
  return files.flatMap((file) => {
    if (file.endsWith('.html')) return aboutPage(folder, file)
    const text = /\.(?:css|js)$/.test(file) ? readFileSync(join(folder, file), 'utf8') : ''
    return outsideIn(text).map((address) => `${file}: loads ${address}`)
  })
}

/** @type {(text: string) => string[]} addresses that a style or a script fetches */
function outsideIn(text) {
  const found = text.matchAll(/(?:url\(|@import |import\(|fetch\(|importScripts\(|\.src ?= ?)\s*["'`]?((?:https?:)?\/\/[^"'`)\s]+)/g)
  return [...found].map(([, address]) => `${address}`)
}

/** @type {(folder: string, file: string) => string[]} */
function aboutPage(folder, file) {
  const html = readFileSync(join(folder, file), 'utf8')
  const loaded = [...html.matchAll(LOADED)].map(([, address]) => `${address}`).filter(isOutside)
  const inline = [...html.matchAll(/<(?:script|style)\b[^>]*>([\s\S]*?)<\//g)].flatMap(([, text]) => outsideIn(`${text}`))
  const linked = [...html.matchAll(LINKED)].map(([, address]) => `${address}`)
  const broken = [...new Set(linked)].filter((address) => !leadsSomewhere(folder, file, address))
  return [
    ...[...loaded, ...inline].map((address) => `${file}: loads ${address}`),
    ...broken.map((address) => `${file}: links to ${address}, which is not there`),
  ]
}

/** @type {(folder: string, file: string, address: string) => boolean} */
function leadsSomewhere(folder, file, address) {
  if (isOutside(address) || /^(?:data|mailto):/.test(address)) return true
  const [path = '', fragment] = address.replaceAll('&amp;', '&').split('#')
  const target = join(folder, path === '' ? file : normalize(join(dirname(file), decodeURIComponent(path))))
  if (!existsSync(target)) return false
  if (!fragment || !target.endsWith('.html')) return true
  return idsOf(target).has(decodeURIComponent(fragment))
}

/** @type {Map<string, Set<string>>} */
const known = new Map()

/** @type {(path: string) => Set<string>} */
function idsOf(path) {
  const ids = known.get(path) ?? new Set([...readFileSync(path, 'utf8').matchAll(/\s(?:id|name)="([^"]*)"/g)].map(([, id]) => `${id}`))
  known.set(path, ids)
  return ids
}
