import { describe, expect, it } from 'vitest'
import { runNode } from './open.testing.js'

describe.skipIf(process.platform !== 'linux')('what is written to stderr while it is held', () => {
  it("is kept where it is Dawn's, and passed on where it is not", async () => {
    const { stdout, stderr, status } = await runNode([
      '--input-type=module',
      '-e',
      `import { writeSync } from 'node:fs'
import { stderrHolder } from './src/platform/node/held_stderr.ts'
const hold = await stderrHolder()
const { result, said } = hold(() => {
  writeSync(2, 'Warning: no drivers!\\n    at f (/home/runner/a b/VulkanError.cpp:106)\\n\\nmine\\nError: lost\\n')
  return 7
})
writeSync(2, 'after\\n')
try {
  hold(() => {
    writeSync(2, 'Warning: gone\\n')
    throw new Error('thrown')
  })
} catch (error) {
  writeSync(2, error.message + '\\n')
}
console.log(JSON.stringify([result, said]))`,
    ])
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toEqual([7, ['no drivers!', 'lost']])
    expect(stderr.split('\n').sort()).toEqual(['', 'after', 'mine', 'thrown'])
  })
})
