// The pages in Markdown that a user reads, in the order in which the documentation has them.

import { readdirSync } from 'node:fs'

const recipes = readdirSync(new URL('../src/guides', import.meta.url))
  .filter((file) => file.endsWith('.md') && file !== 'README.md')
  .map((file) => `src/guides/${file}`)

export const guides = [
  'README.md',
  'src/guides/README.md',
  ...recipes,
  'src/commands/README.md',
  'src/tasks/README.md',
  'src/serve/README.md',
  'src/README.md',
  'kernels-test/README.md',
  'bench/README.md',
  'CHANGELOG.md',
]
