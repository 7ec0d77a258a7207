// Models whose weights are finite, yet whose numbers are not: what comes of them is an error, not a motion or a gloss.

import { describe, expect, it } from 'vitest'
import { Generator } from '../src/infer/generator.js'
import { GlossDecoder } from '../src/infer/gloss_decoder.js'
import { type ModelConfig, presets } from '../src/model/config.js'
import { rawFrames } from '../src/model/frame_scaling.js'
import { glossParameterSpecs, parameterSpecs } from '../src/model/parameters.js'
import { SignModel } from '../src/model/sign_model.js'
import { GlossModel } from '../src/model/text_to_gloss.js'
import type { HostTensors } from '../src/nn/host_tensor.js'
import { initialTensors } from '../src/nn/init.js'
import type { ParameterSpec } from '../src/nn/parameter_spec.js'
import { Vocabulary } from '../src/text/vocabulary.js'
import { lentGpu } from './harness.js'

const vocabulary = Vocabulary.build(['rain sun snow'], 'words')
const config: ModelConfig = { ...presets.tiny, width: 16, heads: 2, hidden: 16, lengthHead: true, maxFrames: 40, maxTokens: 8 }

/** Fresh weights, those named as large as they can be. */
function overflowing(specs: readonly ParameterSpec[], names: readonly string[]): HostTensors {
  const tensors = initialTensors(specs, 3)
  for (const name of names) tensors.get(name)!.data.fill(3e38)
  return tensors
}

async function generatorWith(names: readonly string[]): Promise<Generator> {
  const gpu = await lentGpu()
  const about = { language: 'ASL', config, vocabulary, startFrame: new Float32Array(150), scaling: rawFrames(), fps: 25 }
  const tensors = overflowing(parameterSpecs(config, vocabulary.size), names)
  return new Generator(gpu, new SignModel(gpu).addLanguage(about, { tensors }))
}

describe('a generator', () => {
  it.each(['pose/weight', 'frames/weight', 'encoder.0/self/value/weight', 'decoder.1/feed_forward/narrow/weight'])(
    'refuses what overflows in %s, whether streamed or whole, alone or beside others',
    async (name) => {
      const generator = await generatorWith([name])
      const error = {
        code: 'ERR_DIVERGED',
        message: expect.stringMatching(/^the model of ASL: wanted finite numbers, got (NaN|-?Infinity) in frame [01], \w+ [xyz]\./),
      }
      await expect(generator.generate(['rain'], { policy: 'self-counter' })).rejects.toMatchObject(error)
      await expect(generator.generate(['rain sun', 'snow'], { policy: 'oracle', lengths: [3, 9] })).rejects.toMatchObject(error)
      await expect(generator.stream('sun', { policy: 'self-counter' }).next()).rejects.toMatchObject(error)
      await generator.destroy()
    },
  )

  it('refuses a length that overflows', async () => {
    const generator = await generatorWith(['length.1/weight'])
    await expect(generator.generate(['rain'], { policy: 'predicted-length' })).rejects.toThrow(
      /^the model of ASL: wanted finite numbers, got a length of (NaN|-?Infinity)/,
    )
    await generator.destroy()
  })
})

describe('a gloss decoder', () => {
  it.each(['gloss/weight', 'encoder.0/self/value/weight', 'decoder.1/feed_forward/narrow/weight'])(
    'refuses what overflows in %s, greedy or with beams',
    async (name) => {
      const gpu = await lentGpu()
      const { lengthHead: _l, maxFrames: _f, futureFrames: _n, justCounter: _j, ...sizes } = config
      const description = { config: sizes, source: vocabulary, gloss: vocabulary, languages: ['ASL'], reads: 'text' as const }
      const tensors = overflowing(glossParameterSpecs(config, vocabulary.size, vocabulary.size), [name])
      const model = new GlossModel(gpu, description, { training: false, tensors, who: 'test' })
      const decoder = new GlossDecoder(gpu, model)
      for (const beams of [1, 3])
        await expect(decoder.decode(['rain', 'sun snow'], { beams }), `${beams} beams`).rejects.toMatchObject({
          code: 'ERR_DIVERGED',
          message: expect.stringContaining('the text-to-gloss model: wanted finite numbers'),
        })
      await decoder.destroy()
      model.destroy()
    },
  )
})
