import { expect, it } from 'vitest'
import { Vocabulary } from '../text/vocabulary.js'
import { groupInput } from './prompt_generator.js'

const read = { language: 'ASL', tokens: ['<ASL_RAIN>', '<unk>', '<ASL_NOW>'] }
const group = (language: string, lines: readonly string[]) => ({ language, vocabulary: Vocabulary.build(lines, 'words') })

it('gives each group of a model the glosses as it reads them', () => {
  expect(groupInput(read, [group('ASL', ['rain'])])).toEqual({ group: 'ASL', text: 'RAIN NOW' })
  const glosses = { language: 'ALL', vocabulary: Vocabulary.build(['<ASL_RAIN>'], 'whitespace') }
  expect(groupInput(read, [glosses])).toEqual({ group: 'ALL', text: '<ASL_RAIN> <ASL_NOW>' })
  const marked = group('ALL', ['<lang:ASL> rain', '<lang:GSL> regen'])
  expect(groupInput(read, [marked])).toEqual({ group: 'ALL', text: '<lang:ASL> RAIN NOW' })
  expect(groupInput({ ...read, tokens: ['<unk>'] }, [marked])).toEqual({ group: 'ALL', text: '' })
  expect(() => groupInput({ ...read, language: 'KSL' }, [marked])).toThrow('wanted one of the languages ASL, GSL')
})
