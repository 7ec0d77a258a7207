// The library's part for kernels, `signllm/engine`: declare a kernel, record programs of them, write models with operations that know their
// gradients. In Node only; `signllm/web` has what of it runs in a browser.

export { type ErrorCode, SignError } from './base/errors.js'
export type { DeviceReport } from './device/adapter_facts.js'
export type { StepRange } from './device/dispatch_timer.js'
export { Gpu } from './device/gpu.js'
export type { FromOptions, GpuOptions, Waiter } from './device/gpu_options.js'
export {
  type Access as BindingAccess,
  type AdapterTraits,
  type AnyKernel,
  type Choice,
  type Constants,
  type Cost as KernelCost,
  defineKernel,
  type Grid,
  type Kernel,
  type KernelSpec,
  type ParamType,
  type ParamValues,
  type Variant as KernelVariant,
  type VariantSpec,
} from './device/kernel.js'
export { Arena, type Region, type SlotPlan, SlotPool, type Tensor } from './device/memory.js'
export { type EncodeOptions, Program, Recorder, type RunOptions } from './device/program.js'
export type { PendingReports } from './device/readback.js'
export type { Step as ProgramStep } from './device/recorder.js'
export type { PartKind, ShaderText } from './device/shader/parts.js'
export type { ShaderSource } from './device/shader/source.js'
export type { TunedKernel, TunedShape, Tuning } from './device/tuning.js'
export type { HostTensor, HostTensors } from './nn/host_tensor.js'
export { type Init, initialTensors, ones, type RandomInit, xavierUniform, zeros } from './nn/init.js'
export type { Block } from './nn/parameter_blocks.js'
export { type OptimiserRange, ParameterSet, type ParameterSetOptions, type Precision } from './nn/parameter_set.js'
export type { ParameterSpec } from './nn/parameter_spec.js'
export type { ParameterStore } from './nn/parameter_store.js'
export { type BatchNormParameters, batchNorm } from './ops/batch_norm.js'
export { type BinaryCrossEntropyInputs, binaryCrossEntropy } from './ops/binary_cross_entropy.js'
export { cosines } from './ops/cosines.js'
export { type CrossEntropyInputs, type CrossEntropyOptions, crossEntropy } from './ops/cross_entropy.js'
export { type CtcInputs, type CtcOptions, ctc } from './ops/ctc.js'
export { ctcAlign } from './ops/ctc_align.js'
export { dropout } from './ops/dropout.js'
export { embedding, type TokenIds } from './ops/embedding.js'
export { type GeluForm, gelu } from './ops/gelu.js'
export { Graph, type GraphOptions } from './ops/graph.js'
export { layerNorm } from './ops/layer_norm.js'
export { type LinearFinish, linear } from './ops/linear.js'
export { meanPool } from './ops/mean_pool.js'
export type { Parameter } from './ops/parameter.js'
export { type PrototypeInputs, type PrototypeScores, prototypeScores } from './ops/prototype_scores.js'
export { sigmoid } from './ops/sigmoid.js'
export { type SignClForm, type SignClInputs, signCl } from './ops/sign_cl.js'
export { softsign } from './ops/softsign.js'
export { type TopLogProbs, topLogProbs } from './ops/top_log_probs.js'
export { unitRows } from './ops/unit_rows.js'
export type { Attempt as AdapterAttempt } from './platform/node/adapters.js'
export { type AdapterReport, type OpenedGpu, type OpenOptions, openGpu } from './platform/node/open.js'
