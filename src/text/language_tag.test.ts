import { describe, expect, it } from 'vitest'
import { checkLanguageTag, tagAmong } from './language_tag.js'

describe('a language tag', () => {
  it('is written as it is known, whatever its capitals', () => {
    expect(tagAmong('lsf-ch', ['ASL', 'LSF-CH'])).toBe('LSF-CH')
    expect(tagAmong('asl', ['ASL', 'asl'])).toBe('asl')
    expect(tagAmong('xsl', ['ASL'])).toBe('xsl')
  })

  it.each(['../x', '', 'A SL', '-', 'ASL/', 'ä'])('is not %j', (tag) => {
    const refused = { code: 'ERR_USAGE', message: expect.stringContaining(`wanted a language tag such as ASL or LSF-CH, got '${tag}'`) }
    expect(() => checkLanguageTag(tag, 'import')).toThrow(expect.objectContaining(refused))
  })
})
