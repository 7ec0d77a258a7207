import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { missingPackages, optionalPackages } from './optional_packages.js'

describe('the optional packages', () => {
  it('are those of package.json, and what only its users install', () => {
    const { optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { optionalDependencies: object }
    expect(Object.keys(optionalPackages).sort()).toEqual([...Object.keys(optionalDependencies), '@mediapipe/holistic'].sort())
  })

  it('are for what the page on what is installed says', () => {
    const page = readFileSync('src/guides/what_is_installed.md', 'utf8')
    const rows = [...page.matchAll(/^\| `([^`]+)` \| [\d.]+ \| ([^|]+) \| optional/gm)].map(([, name, gives]) => [
      name!,
      gives!.replaceAll('`', ''),
    ])
    expect(Object.fromEntries(rows)).toEqual(
      Object.fromEntries(Object.entries(optionalPackages).filter(([name]) => name !== '@mediapipe/holistic')),
    )
  })

  it('are told where they are not there, with what each would give', () => {
    expect(missingPackages((name) => name !== 'h5wasm')).toEqual([{ name: 'h5wasm', gives: '.h5 files' }])
    expect(missingPackages().filter(({ name }) => name !== '@mediapipe/holistic')).toEqual([])
  })
})
