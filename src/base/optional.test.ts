import { expect, it } from 'vitest'
import { optionalPackage } from './optional.js'

it('gives what is installed and says how to install what is not', async () => {
  expect(await optionalPackage('node:path', 'a.glb', () => import('node:path'))).toHaveProperty('join')
  const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
  await expect(optionalPackage('left-out', 'a.glb', () => Promise.reject(missing))).rejects.toThrow(
    'a.glb: wanted the optional package left-out, got none. Install it: npm install left-out.',
  )
})

it('lets a package that breaks while loading say so itself', async () => {
  await expect(optionalPackage('broken', 'a.glb', () => Promise.reject(new TypeError('its own')))).rejects.toThrow(/^its own$/)
})
