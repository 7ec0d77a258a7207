// Whether generated bones keep the length that the signer's have.

import { SignError } from '../base/errors.js'
import { shown } from '../base/shown.js'
import type { GroupDescription } from '../model/sign_model.js'
import { BoneHold } from '../motion/hold_bones.js'

/** `hold`: every generated frame is projected onto the group's bone lengths. `free`: frames are as the model regressed them. */
export const bonePolicies = ['hold', 'free'] as const
export type BonePolicy = (typeof bonePolicies)[number]

/** Clips whose bones vary by less have bones of constant length: detection moves them by more, a rig by nothing. */
const CONSTANT = 0.02

/** What to know of `free` where it changes nothing: a model with head `bones` regresses directions alone, of bones that have the group's lengths. */
export function boneNotes(groups: readonly Pick<GroupDescription, 'config'>[], policy: BonePolicy | undefined): string[] {
  if (policy !== 'free' || groups.some(({ config }) => config.head !== 'bones')) return []
  return [
    '--bones free changes nothing: the model predicts the directions of bones (head: bones), whose lengths are those of its training motions',
  ]
}

/**
 * What holds the bones of one motion; undefined where frames stay as they are: by `free`; by default where the training clips' bones vary by
 * more than 0.02 of their length, or are unknown; and of a model with head `bones`, whose frames have the group's bone lengths already.
 * Throws ERR_USAGE for what is no policy, and for `hold` with a group whose bone lengths are unknown.
 */
export function boneHold(group: GroupDescription, policy: BonePolicy | undefined): BoneHold | undefined {
  const { language, config, bones, startFrame } = group
  if (policy !== undefined && !bonePolicies.includes(policy)) {
    const problem = `wanted bones ${bonePolicies.join(' or ')}, got ${shown(policy)}`
    throw new SignError('ERR_USAGE', 'generate', problem, 'Leave it out for the default')
  }
  if (policy === 'free') return undefined
  if (policy === 'hold' && !bones) {
    const problem = `wanted the bone lengths of ${language} to hold, got a model saved before they were measured, or imported`
    throw new SignError('ERR_USAGE', 'generate', problem, 'Generate with bones free, or train it further: initFrom')
  }
  const holds = bones && config.head !== 'bones' && (policy === 'hold' || bones.spread <= CONSTANT)
  return holds ? new BoneHold(bones.lengths, startFrame) : undefined
}
