// The shell of our pages: one file each, nothing fetched, opened from a disk as well as from a server.

import { escapeMarkup, scriptJson } from './markup.js'

export interface PageOptions {
  /** Default: the title as a heading. */
  readonly header?: string
  /** The content security policy; default: nothing is fetched, and scripts stand in the page. */
  readonly policy?: string
}

/** A whole page. `style`, `body` and the header are taken as they are; the title is escaped. */
export function htmlPage(title: string, style: string, body: string, options: PageOptions = {}): string {
  const {
    header = `<h1>${escapeMarkup(title)}</h1>`,
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'",
  } = options
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escapeMarkup(title)}</title>
<style>
${style}</style>
</head>
<body>
<header>${header}</header>
${body}
</body>
</html>
`
}

/** A table or chart wider than a phone: it scrolls by itself, by keyboard too, so that the page does not. Nothing around nothing. */
export function scrolling(label: string, content: string): string {
  if (content === '') return ''
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeMarkup(label)}">${content}</div>`
}

/** Data for a page and the script that reads it, which stands in the page as it is; the data's text cannot become markup. */
export function withScript(data: unknown, script: string): string {
  return `${withData(data)}\n<script>\n${script}\n</script>`
}

/** Data for a page's script; its text cannot become markup. */
export const withData = (data: unknown): string => `<script type="application/json" id="page-data">${scriptJson(data)}</script>`
