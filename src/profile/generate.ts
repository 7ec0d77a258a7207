// Generation as work to be profiled: one sentence, signed again and again.

import { counted } from '../base/counted.js'
import type { Gpu } from '../device/gpu.js'
import { type GenerateOptions, Generator } from '../infer/generator.js'
import { policyFor } from '../infer/length_policy.js'
import type { LanguageGroup } from '../model/sign_model.js'
import type { Subject } from './collect.js'
import { groupArenas } from './memory_plan.js'

export interface GenerateSubject extends Subject {
  destroy(): Promise<void>
}

/** A sentence and how its length is decided. Signs it once, to know how many frames it has; throws what `Generator.generate` throws. */
export async function generateSubject(
  gpu: Gpu,
  group: LanguageGroup,
  text: string,
  { policy = 'auto', ...options }: GenerateOptions = {},
): Promise<GenerateSubject> {
  const generator = new Generator(gpu, group)
  const step = () => generator.generate([text], { policy, ...options })
  const { frames } = (await step())[0]!
  return {
    command: 'generate',
    subject: `'${text}' in ${group.language}, ${counted(frames, 'frame')} by ${policyFor(policy, group.config)}, width ${group.config.width}`,
    arenas: groupArenas({ name: group.language, weights: group.weights, tables: [group.positions.region!.buffer] }),
    step,
    destroy: () => generator.destroy(),
  }
}
