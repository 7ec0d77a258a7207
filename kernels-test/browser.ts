// What the tests of our pages see of a real browser.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

export { launchBrowser, noBrowser } from '../src/platform/node/chromium.js'

/** What axe finds serious or critical in a page as it stands now, whose window has to be opened with `bypassCSP`. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: 'node_modules/axe-core/axe.min.js' })
  const found = (await page.evaluate('axe.run()')) as { violations: { id: string; impact: string; nodes: { html: string }[] }[] }
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

/** A page opened from a disk, with everything it should not do: errors, warnings, and requests beyond its own file. */
export interface OpenedPage {
  readonly page: Page
  readonly complaints: readonly string[]
}

/** Opens a page of ours in a window of its own. Time stands still where `clock` is set, until the test moves it on. */
export async function openPage(
  browser: Browser,
  html: string,
  options: BrowserContextOptions & { clock?: boolean } = {},
): Promise<OpenedPage> {
  const { clock, ...window } = options
  const context = await browser.newContext({ deviceScaleFactor: 1, ...window })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const folder = await mkdtemp(join(tmpdir(), 'page-'))
  const file = join(folder, 'page.html')
  await writeFile(file, html)
  const address = pathToFileURL(file).href
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`))
  page.on('request', (request) => {
    if (request.url() !== address) complaints.push(`request: ${request.url()}`)
  })
  if (clock) {
    // Far ahead: the clock runs until it is told to stop, and on a busy machine that takes a while; it cannot be stopped at a time that is past.
    await page.clock.install({ time: 0 })
    await page.clock.pauseAt(60_000)
  }
  await page.goto(address)
  await rm(folder, { recursive: true })
  return { page, complaints }
}
