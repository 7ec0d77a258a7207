// The recipe on tasks says which files one has and where one is named: so it is, for every task there is.

import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import * as names from '../src/checkpoint/tasks.js'

const page = readFileSync('src/guides/add_a_task.md', 'utf8')
const filesUnder = (heading: string): string[] => {
  const [section = ''] = page.slice(page.indexOf(`## ${heading}`)).split('\n## ')
  return [...section.matchAll(/^\| `([\w./-]+)` \|/gm)].map(([, file]) => file!)
}
const tasks = Object.values(names).filter((name) => typeof name === 'string')
const folderOf = (task: string): string => task.replaceAll('-', '_')

it('the files of a task are those of the one it names', () => {
  const files = filesUnder('The files of a task')
  expect(files.length).toBeGreaterThan(6)
  expect(files.filter((file) => !existsSync(`src/tasks/language_model/${file}`))).toEqual([])
})

it('every task has the files that are not a matter of its own', () => {
  const missing = tasks.flatMap((task) =>
    ['config', 'data', 'losses', 'training', 'task', 'task.test']
      .map((file) => `src/tasks/${folderOf(task)}/${file}.ts`)
      .concat(`src/model/${folderOf(task)}.ts`, `src/checkpoint/${folderOf(task)}.ts`)
      .filter((file) => !existsSync(file)),
  )
  expect(missing).toEqual([])
})

it('every task is named in every place', () => {
  const places = filesUnder('Where a task is named')
  expect(places.length).toBeGreaterThan(5)
  // A module names a task by its folder or, as a page does, by its name.
  const missing = places.flatMap((place) => {
    const text = readFileSync(place, 'utf8')
    return tasks.filter((task) => !text.includes(task) && !text.includes(`/${folderOf(task)}/`)).map((task) => `${place}: ${task}`)
  })
  expect(missing).toEqual([])
})
