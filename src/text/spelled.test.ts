import { expect, it } from 'vitest'
import { areSpelled, tokenUnit } from './spelled.js'

it('takes lines as spelled that have letters between spaces, of which some are written with several', () => {
  expect([areSpelled(['r a i n', 'sch u l e']), areSpelled(['rain', 'I am']), areSpelled([])]).toEqual([true, false, false])
})

it('counts letters where a policy cuts them, or where they stand apart already', () => {
  expect([tokenUnit('letters', ['rain']), tokenUnit('whitespace', ['SCH U L E']), tokenUnit('words', ['rain falls'])]).toEqual([
    'letters',
    'letters',
    'words',
  ])
})
