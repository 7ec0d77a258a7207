// A file behind an address, whatever its server can do.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Progress } from '../../base/progress.js'
import { formatSafetensors } from './format.js'
import { readTensors } from './parse.js'
import { addressName, urlSource } from './url.js'

/** Larger than what is fetched at first. */
const numbers = Float32Array.from({ length: 50_000 }, (_, i) => i)
const file = formatSafetensors(
  new Map([
    ['a', { dtype: 'F32', shape: [50_000], data: numbers }],
    ['b', { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) }],
  ]),
)

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

/** A server that answers so; its address, and what ranges it was asked for. */
async function serving(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const ranges: (string | undefined)[] = []
  server = createServer((request, response) => {
    ranges.push(request.headers.range)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.signllm?key=secret`, ranges }
}

function part({ headers }: IncomingMessage): readonly [number, number] {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range!)!
  return [Number(first), Math.min(Number(last) + 1, file.length)]
}

const withRanges = (request: IncomingMessage, response: ServerResponse): void => {
  const [begin, end] = part(request)
  response.writeHead(206, { 'content-range': `bytes ${begin}-${end - 1}/${file.length}` }).end(file.subarray(begin, end))
}

async function read(url: string, options: Parameters<typeof urlSource>[1] = {}) {
  return readTensors(await urlSource(url, options), addressName(url))
}

describe('a file behind an address', () => {
  it('is read by ranges, with the progress told', async () => {
    const { url, ranges } = await serving(withRanges)
    const told: Progress[] = []
    const { tensors } = await read(url, { onProgress: (progress) => told.push(progress) })
    expect(tensors.get('a')!.data).toEqual(numbers)
    expect(ranges).toEqual(['bytes=0-65535', `bytes=65536-${file.length - 1}`])
    expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).sort((a, b) => a - b))
    expect(told.at(-1)).toMatchObject({ work: 'model read', unit: 'byte', done: file.length, all: file.length })
  })

  it('brings only what is wanted', async () => {
    const { url, ranges } = await serving(withRanges)
    const { tensors } = await readTensors(await urlSource(url), 'x', { wants: (name) => name === 'b' })
    expect([...tensors.keys()]).toEqual(['b'])
    expect(ranges[1]).toBe(`bytes=${file.length - 3}-${file.length - 1}`)
  })

  it('comes all at once where the server knows no ranges, or does not say how large it is', async () => {
    const whole = await serving((_, response) => response.end(file))
    expect((await read(whole.url)).tensors.get('a')!.data).toEqual(numbers)
    expect(whole.ranges).toEqual(['bytes=0-65535'])
    server!.close()
    const hidden = await serving((request, response) => {
      if (request.headers.range) response.writeHead(206).end(file.subarray(...part(request)))
      else response.end(file)
    })
    expect((await read(hidden.url)).tensors.get('a')!.data).toEqual(numbers)
    expect(hidden.ranges).toEqual(['bytes=0-65535', undefined])
  })

  it('is gone on with where the connection broke', async () => {
    let answers = 0
    const { url, ranges } = await serving((request, response) => {
      if (++answers !== 2) return withRanges(request, response)
      const [begin, end] = part(request)
      response.writeHead(206, { 'content-range': `bytes ${begin}-${end - 1}/${file.length}`, 'content-length': end - begin })
      response.write(file.subarray(begin, begin + 1000), () => response.destroy())
    })
    expect((await read(url)).tensors.get('a')!.data).toEqual(numbers)
    expect(ranges).toHaveLength(3)
    expect(Number(/\d+/.exec(ranges[2]!)![0])).toBeGreaterThanOrEqual(65536)
  })

  it('is refused where it is none, by its address without its secrets', async () => {
    const refused = async (answer: Parameters<typeof serving>[0], message: RegExp) => {
      const { url } = await serving(answer)
      const error = await read(url).catch((caught: Error) => caught)
      expect(error).toMatchObject({ code: 'ERR_CHECKPOINT' })
      const text = (error as Error).message
      expect(text).toMatch(message)
      expect(text).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/model\.signllm: /)
      expect(text).not.toContain('secret')
      server!.close()
    }
    await refused((_, response) => response.writeHead(404, 'Gone away').end(), /wanted a model file, got the answer 404 Gone away/)
    await refused((_, response) => response.writeHead(416).end(), /wanted at least 8 bytes of header length, got 0/)
    await refused((_, response) => response.end('<!doctype html><title>Not here</title>'), /wanted a safetensors file, got a web page/)
    await refused((_, response) => response.end(file.subarray(0, -1)), /the file is cut short/)
    await refused((_, response) => response.destroy(), /wanted a model file, got .+Check the address, the network/)
    await refused((request, response) => {
      const [begin, end] = part(request)
      // It says that there is more than it gives.
      const all = begin === 0 ? file.subarray(begin, end) : new Uint8Array()
      response.writeHead(206, { 'content-range': `bytes ${begin}-${end - 1}/${file.length}` }).end(all)
    }, /wanted \d+ bytes from byte 65536 on, got 0/)
    expect(addressName('https://me:word@example.org/a/b?sig=1#x')).toBe('https://example.org/a/b')
  })

  it('is refused without a large allocation where size and header lie', async () => {
    const json = '{"w":{"dtype":"F32","shape":[4000000000,4],"data_offsets":[0,64000000000]}}'
    const start = new Uint8Array(2 ** 16)
    start.set(new Uint8Array(new BigUint64Array([BigInt(json.length)]).buffer))
    start.set(new TextEncoder().encode(json), 8)
    const size = 8 + json.length + 64_000_000_000
    const { url } = await serving((request, response) => {
      const [begin] = part(request)
      response.writeHead(206, { 'content-range': `bytes ${begin}-${begin + 99}/${size}` }).end(begin === 0 ? start : new Uint8Array())
    })
    const before = process.memoryUsage().arrayBuffers
    await expect(read(url)).rejects.toThrow(/wanted 6\d{10} bytes from byte 65536 on, got 0/)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20)
  })

  it('is no longer waited for once it is aborted', async () => {
    const { url } = await serving((request, response) => {
      if (part(request)[0] === 0) withRanges(request, response)
      else response.writeHead(206).write('a little')
    })
    const reason = new Error('no longer wanted')
    await expect(read(url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const aborting = new AbortController()
    const reading = read(url, { signal: aborting.signal })
    setTimeout(() => aborting.abort(reason), 50)
    await expect(reading).rejects.toBe(reason)
  })
})
