// The tensor names of torchvision's ResNet-18, translated to ours.

import { SignError } from '../base/errors.js'
import { checkTensors } from '../nn/check_tensors.js'
import { tapByTap } from '../nn/convolution.js'
import type { HostTensor, HostTensors } from '../nn/host_tensor.js'
import type { ParameterSpec } from '../nn/parameter_spec.js'
import { checkStatistics, withStatistic } from './slt_state_dict.js'
import { bareName } from './state_dict.js'

const NORM: Readonly<Record<string, string>> = { weight: 'gamma', bias: 'beta', running_mean: 'running', running_var: 'running' }

/** What is no part of what makes features, or says nothing of them. */
const isLeftOut = (name: string): boolean => /^fc\.|\.num_batches_tracked$/.test(name)

/** Our name for one of theirs; undefined for a name that model does not have. The two running statistics of a norm have one. */
export function nameFromResNet(name: string): string | undefined {
  const block = /^layer([1-4])\.(\d)\.(.+)$/.exec(name)
  const place = block ? `image/stage.${Number(block[1]) - 1}/block.${block[2]}` : 'image'
  const part = /^(?:(conv|bn)([12])|downsample\.([01]))\.(\w+)$/.exec(block ? block[3]! : name)
  if (!part || (!block && part[2] !== '1')) return undefined
  const [, kind, number, past, tensor] = part
  const layer = `${place}/${past ? 'past' : number === '1' ? 'first' : 'second'}`
  const isNorm = kind === 'bn' || past === '1'
  if (isNorm) return NORM[tensor!] && `${layer}/norm/${NORM[tensor!]}`
  return tensor === 'weight' ? `${layer}/weight` : undefined
}

/** Translates weights, or gradients, by name; the classifier behind the features is left out. Throws ERR_CHECKPOINT naming tensors that the model does not have. */
export function resNetTensors(theirs: HostTensors, who: string): Map<string, HostTensor> {
  const tensors = new Map<string, HostTensor>()
  const unknown: string[] = []
  for (const [name, tensor] of theirs) {
    if (isLeftOut(name)) continue
    const ours = nameFromResNet(name)
    if (ours === undefined) unknown.push(name)
    else if (ours.endsWith('/running')) tensors.set(ours, withStatistic(tensors.get(ours), tensor, name.endsWith('running_mean') ? 0 : 1))
    else tensors.set(ours, tensor.shape.length > 2 ? flattened(tensor) : tensor)
  }
  if (unknown.length === 0) return tensors
  const problem = `wanted a state dict of torchvision's ResNet-18, got tensors it does not have: ${unknown.slice(0, 5).join(', ')}`
  throw new SignError('ERR_CHECKPOINT', who, problem, 'Export the model’s state dict alone')
}

/**
 * The weights of a network of these parameters. Throws ERR_CHECKPOINT naming the file and what is of no such network, lacks, or has another shape or a number
 * that is not finite.
 */
export function resNetWeights(theirs: HostTensors, specs: readonly ParameterSpec[], who: string): Map<string, HostTensor> {
  const bare = new Map([...theirs].map(([name, tensor]) => [bareName(name), tensor]))
  checkStatistics(bare.keys(), who)
  const tensors = resNetTensors(bare, who)
  checkTensors(tensors, specs, who)
  return tensors
}

/** A convolution's weight as ours are: [outputs, taps·inputs]. */
export const flattened = ({ shape, data }: HostTensor): HostTensor => ({
  shape: [shape[0]!, data.length / shape[0]!],
  data: tapByTap(data, shape),
})
