// The page that signs, as files for any static host or for the service.

import { htmlPage, withData } from '../html_page.js'
import { signingBody } from './body.js'
import type { PageData } from './data.js'
import { signingStyle } from './style.js'

/** What of the page's folder is asked for, beside the models. */
export interface PageFile {
  /** Content type. */
  readonly type: string
  readonly body: string | Uint8Array<ArrayBuffer>
}

/** What the page may load and ask: its own files and host. */
export const signingPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; worker-src 'self'; connect-src 'self' blob:; img-src blob: data:; form-action 'none'; base-uri 'none'"

/**
 * The page's files by their names: `index.html`, and the `scripts` it loads. It asks for nothing but these and its models, and keeps what it
 * is given on the machine; a served page asks its service to sign and to translate.
 */
export function signingPage(data: PageData, scripts: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): Map<string, PageFile> {
  const html = htmlPage(
    'Sign',
    signingStyle,
    `${signingBody(data.served === true)}\n${withData(data)}\n<script type="module" src="page.js"></script>`,
    {
      policy: signingPolicy,
    },
  )
  return new Map<string, PageFile>([
    ['index.html', { type: 'text/html; charset=utf-8', body: html }],
    ...[...scripts].map(([name, body]) => [name, { type: 'text/javascript; charset=utf-8', body }] as const),
  ])
}
