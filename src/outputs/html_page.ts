// The shell of our pages: one file each, nothing fetched, opened from a disk as well as from a server.

import { escapeMarkup, scriptJson } from './markup.js'

/** A whole page. `style`, `body` and `header` are taken as they are; the title, which is the header's default, is escaped. */
export function htmlPage(title: string, style: string, body: string, header = `<h1>${escapeMarkup(title)}</h1>`): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
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
  return `<script type="application/json" id="page-data">${scriptJson(data)}</script>\n<script>\n${script}\n</script>`
}
