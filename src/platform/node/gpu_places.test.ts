import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gpuPlaces, whileAt } from './gpu_places.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-places-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function lay(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
}

describe('the places of GPUs', () => {
  it('are of those that may be used, each once, in their order', async () => {
    const information = (minor: number) => `Model: \t\t H200\nDevice Minor: \t ${minor}\n`
    await lay({
      'proc/driver/nvidia/gpus/0000:c1:00.0/information': information(2),
      'proc/driver/nvidia/gpus/0000:41:00.0/information': information(0),
      'proc/driver/nvidia/gpus/0000:81:00.0/information': information(1),
      // The launcher keeps number 1 from this process.
      'dev/nvidia0': '',
      'dev/nvidia2': '',
      'dev/dri/by-path/pci-0000:03:00.0-render': '',
      'dev/dri/by-path/pci-0000:03:00.0-card': '',
      'dev/dri/by-path/pci-0000:41:00.0-render': '',
    })
    expect(gpuPlaces(folder)).toEqual(['0000:03:00.0', '0000:41:00.0', '0000:c1:00.0'])
    expect(gpuPlaces(join(folder, 'none'))).toEqual([])
  })
})

describe('work at a place', () => {
  it('finds the layer told of it, and the environment is as it was', async () => {
    await lay({ 'vulkan/implicit_layer.d/VkLayer_MESA_device_select.json': '{}' })
    for (const DRI_PRIME of [undefined, '1']) {
      const environment: NodeJS.ProcessEnv = { XDG_DATA_DIRS: folder, ...(DRI_PRIME && { DRI_PRIME }) }
      const before = { ...environment }
      expect(whileAt('0000:c1:00.0', () => environment.DRI_PRIME, environment)).toBe('pci-0000_c1_00_0!')
      expect(environment).toEqual(before)
    }
  })

  it('is refused where nothing can tell GPUs apart', () => {
    const nowhere = { XDG_DATA_DIRS: join(folder, 'none'), XDG_DATA_HOME: join(folder, 'none'), NODEVICE_SELECT: '1' }
    expect(() => whileAt('0000:c1:00.0', () => 1, nowhere)).toThrow(
      expect.objectContaining({ code: 'ERR_NO_ADAPTER', message: expect.stringContaining('mesa-vulkan-drivers') }),
    )
  })
})
