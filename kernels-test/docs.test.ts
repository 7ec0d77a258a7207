// The documentation site is built by `npm run docs`, in CI; here is what its pages are looked at for, on invented ones.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { complaintsAbout } from '../generate/docs_check.js'
import { guides } from '../generate/guides.js'

const pages = {
  'index.html': `<link rel="stylesheet" href="style.css"><script src="https://cdn.test/a.js"></script><a href="https://else.test/">a link</a>
    <a href="other.html#there">there</a><a href="other.html#gone">gone</a><a href="nowhere.html">nowhere</a><img alt="" src="//cdn.test/a.png">`,
  'other.html': '<h2 id="there">There</h2><a href="#there">here</a><style>@font-face { src: url("https://fonts.test/a.woff") }</style>',
  'style.css': '@import "https://cdn.test/a.css"; p { background: url(data:image/png;base64,AA) }',
  'main.js': `fetch('https://cdn.test/a.json'); const home = 'https://else.test/'`,
}

it('pages are refused for what they load from elsewhere, and for links that lead nowhere', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'signllm-docs-'))
  for (const [name, text] of Object.entries(pages)) await writeFile(join(folder, name), text)
  expect(complaintsAbout(folder).sort()).toEqual([
    'index.html: links to nowhere.html, which is not there',
    'index.html: links to other.html#gone, which is not there',
    'index.html: loads //cdn.test/a.png',
    'index.html: loads https://cdn.test/a.js',
    'main.js: loads https://cdn.test/a.json',
    'other.html: loads https://fonts.test/a.woff',
    'style.css: loads https://cdn.test/a.css',
  ])
  await rm(folder, { recursive: true })
})

it('the documentation has every recipe', () => {
  expect(guides.filter((path) => path.startsWith('src/guides/')).length).toBeGreaterThan(8)
})
