// The scripts of our pages, as they stand in the repository and go into the package.

import { readFileSync } from 'node:fs'
import vm from 'node:vm'
import { describe, expect, it } from 'vitest'
import { pagesModule } from '../generate/pages.js'
import * as pages from '../src/generated/pages.js'

describe('src/generated/pages.ts', () => {
  it('is what its sources give', async () => {
    const committed = readFileSync('src/generated/pages.ts', 'utf8').replaceAll('\r\n', '\n')
    expect(committed === (await pagesModule()), 'src/pages has changed since: npm run generate').toBe(true)
  })

  it.each(Object.entries(pages))(
    '%s can stand in a page as it is: a script in ASCII that nothing in it closes or comments out',
    (_, script) => {
      expect(() => new vm.Script(script)).not.toThrow()
      expect(script).not.toMatch(/<\/script|<!--|[^\n\x20-\x7e]/i)
      expect(script).not.toMatch(/^\s*(import|export)\b|\brequire\(/m)
    },
  )
})
