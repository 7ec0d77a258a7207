import { describe, expect, it } from 'vitest'
import { SignError } from './errors.js'

const message = (who: string, problem: string, next = 'Choose another') => new SignError('ERR_DATA', who, problem, next).message

describe('an error message', () => {
  it('ends each sentence once, also where it quotes another error', () => {
    expect(message('a', 'wanted b, got "no such file."')).toBe('a: wanted b, got "no such file.". Choose another.')
    expect(message('a', `wanted b, got ${new Error('nothing is there.\n').message}`, 'Try again.')).toBe(
      'a: wanted b, got nothing is there. Try again.',
    )
  })

  it('spells out what would steer a terminal, and keeps line breaks and every script', () => {
    expect(message('\u001b]0;owned\u0007.skels', 'wanted a\tb, got \u001b[2J\u202ec')).toBe(
      '\\x1b]0;owned\\x07.skels: wanted a\tb, got \\x1b[2J\\u202ec. Choose another.',
    )
    expect(message('手话 Grüße', 'wanted one\ntwo')).toBe('手话 Grüße: wanted one\ntwo. Choose another.')
  })
})
