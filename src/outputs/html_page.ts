// The shell of our pages: one file each, nothing fetched, opened from a disk as well as from a server.

import { escapeMarkup } from './markup.js'

/** A whole page. `style` and `body` are taken as they are; the title is escaped. */
export function htmlPage(title: string, style: string, body: string): string {
  const safe = escapeMarkup(title)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${safe}</title>
<style>
${style}</style>
</head>
<body>
<header><h1>${safe}</h1></header>
${body}
</body>
</html>
`
}
