// Bones of generated motion, held or free, through every generator.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lentGpu } from '../../kernels-test/harness.js'
import type { GroupBones } from '../model/group_bones.js'
import { type LanguageGroup, SignModel } from '../model/sign_model.js'
import { tinyGroup } from '../model/tiny_models.testing.js'
import { boneLengthSpread, medianBoneLengths } from '../motion/bone_lengths.js'
import { holdBones } from '../motion/hold_bones.js'
import { bones, COORDS } from '../motion/skeleton.js'
import type { BonePolicy } from './bone_policy.js'
import { type GenerateOptions, Generator } from './generator.js'
import { MultiLanguageGenerator } from './multi_language_generator.js'
import { PromptGenerator } from './prompt_generator.js'
import type { PromptReader } from './prompt_reader.js'

const lengths = Float32Array.from(bones, (_, bone) => 0.02 + 0.01 * bone)
let model: SignModel
const texts = ['rain sun', 'wind']
const oracle = { policy: 'oracle', lengths: [9, 4] } as const

function groupWith(known: GroupBones | undefined, tag: string): LanguageGroup {
  return model.addLanguage({ ...tinyGroup(tag), bones: known })
}

async function signed(group: LanguageGroup, options: GenerateOptions) {
  await using generator = new Generator(await lentGpu(), group)
  return await generator.generate(texts, { ...oracle, ...options })
}

const worstSpread = (motion: Parameters<typeof boneLengthSpread>[0]) => Math.max(...boneLengthSpread(motion))

beforeAll(async () => {
  model = new SignModel(await lentGpu())
})
afterAll(() => model.destroy())

describe('generated bones', () => {
  let constant: LanguageGroup
  let varying: LanguageGroup
  let unknown: LanguageGroup
  beforeAll(() => {
    constant = groupWith({ lengths, spread: 0.02 }, 'ASL')
    varying = groupWith({ lengths, spread: 0.021 }, 'GSL')
    unknown = groupWith(undefined, 'LSA')
  })

  it('held are the free ones projected onto the lengths of the group', async () => {
    const [free, held] = [await signed(varying, { bones: 'free' }), await signed(varying, { bones: 'hold' })]
    expect(held.map(({ joints }) => joints)).toEqual(free.map((motion) => holdBones(motion, lengths, varying.startFrame).joints))
    expect(worstSpread(free[0]!)).toBeGreaterThan(0.01)
    for (const motion of held) expect(worstSpread(motion)).toBeLessThan(1e-5)
  })

  it('are held by default where those of the training clips keep their length, and free where they do not or are unknown', async () => {
    const same = async (group: LanguageGroup, bones: BonePolicy) =>
      expect((await signed(group, {})).map(({ joints }) => joints)).toEqual((await signed(group, { bones })).map(({ joints }) => joints))
    await same(constant, 'hold')
    await same(varying, 'free')
    await same(unknown, 'free')
  })

  it('stream, and are generated in many languages and from prompts, as they are by one generator', async () => {
    await using generator = new Generator(await lentGpu(), varying)
    const options = { policy: 'oracle', lengths: [6], bones: 'hold' } as const
    const [want] = await generator.generate(['rain'], options)
    expect(worstSpread(want!)).toBeLessThan(1e-5)
    const streamed: Float32Array[] = []
    for await (const frame of generator.stream('rain', options)) streamed.push(frame)
    expect(streamed.map((frame) => frame.length)).toEqual(new Array(6).fill(COORDS + 1))
    expect(streamed.flatMap((frame) => [...frame.subarray(0, COORDS)])).toEqual([...want!.joints])

    const weights = await varying.weights.save()
    const saved = { path: 'saved', groups: [varying], tensors: () => weights }
    await using many = new MultiLanguageGenerator(await lentGpu(), saved)
    expect((await many.generate('GSL', ['rain'], options))[0]!.joints).toEqual(want!.joints)
    const read = async () => ({ language: 'GSL', tokens: ['<GSL_rain>'] })
    const { motion } = await new PromptGenerator({ read } as unknown as PromptReader, many).generate('?', { generate: options })
    expect(motion.joints).toEqual(want!.joints)
  })

  it('of a head of bones have the lengths of the group, and are the same held and free', async () => {
    const { config, ...description } = tinyGroup('LIS-CH')
    const scaling = { centre: new Float32Array(COORDS + 1).fill(0.1), scale: new Float32Array(COORDS + 1).fill(0.3) }
    const bonesRegressed = model.addLanguage({
      ...description,
      scaling,
      config: { ...config, head: 'bones' },
      bones: { lengths, spread: 0 },
    })
    const free = await signed(bonesRegressed, { bones: 'free' })
    for (const policy of [{}, { bones: 'hold' }] as const)
      expect((await signed(bonesRegressed, policy)).map(({ joints }) => joints)).toEqual(free.map(({ joints }) => joints))
    for (const motion of free) {
      expect(worstSpread(motion)).toBeLessThan(1e-5)
      medianBoneLengths(motion).forEach((length, bone) => {
        expect(Math.abs(length - lengths[bone]!)).toBeLessThan(1e-6)
      })
    }
    expect(() => model.addLanguage({ ...description, language: 'TSL', config: { ...config, head: 'bones' } })).toThrow(
      'model TSL: wanted bone lengths for a model with head bones, got none',
    )
  })

  it('that are unknown cannot be held, and a policy that is none is refused', async () => {
    await expect(signed(unknown, { bones: 'hold' })).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining('wanted the bone lengths of LSA to hold, got a model saved before they were measured, or imported'),
    })
    await expect(signed(constant, { bones: 'tight' as BonePolicy })).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining("wanted bones hold or free, got 'tight'"),
    })
  })
})
