// Who is measured: the command of each peer, its file beside this one, and on what it computes.

import { chosenOf } from '../arguments.js'

/** `webgpu`: the adapter that ours computes on; `cpu`: the processor without Vulkan; `cuda`: an NVIDIA GPU without Vulkan. */
export type Ground = 'webgpu' | 'cpu' | 'cuda'

interface PeerEntry {
  readonly on: Ground
  readonly command: readonly string[]
}

const tsx = ['node', '--import', 'tsx']
const torch = ['python3', 'torch_peer.py']

const entries: Readonly<Record<string, PeerEntry>> = {
  ours: { on: 'webgpu', command: [...tsx, 'ours.ts'] },
  tfjs: { on: 'webgpu', command: [...tsx, 'tfjs.peer.ts'] },
  'jax-webgpu': { on: 'webgpu', command: [...tsx, 'jax.peer.ts', 'webgpu'] },
  'ort-webgpu': { on: 'webgpu', command: [...tsx, 'onnxruntime.peer.ts', 'webgpu'] },
  'ort-plain': { on: 'webgpu', command: [...tsx, 'onnxruntime.peer.ts', 'webgpu', 'plain'] },
  'jax-wasm': { on: 'cpu', command: [...tsx, 'jax.peer.ts', 'wasm'] },
  'ort-cpu': { on: 'cpu', command: [...tsx, 'onnxruntime.peer.ts', 'cpu'] },
  'torch-cpu': { on: 'cpu', command: torch },
  // PyTorch's modes: float32 products stay float32 unless 'tf32', 'bf16' or 'f16' is named.
  'torch-cuda': { on: 'cuda', command: [...torch, 'cuda'] },
  'torch-cuda-tf32': { on: 'cuda', command: [...torch, 'cuda', 'tf32'] },
  'torch-cuda-compile': { on: 'cuda', command: [...torch, 'cuda', 'compile'] },
  'torch-cuda-graphs': { on: 'cuda', command: [...torch, 'cuda', 'graphs'] },
  'torch-cuda-compile-graphs': { on: 'cuda', command: [...torch, 'cuda', 'compile', 'graphs'] },
  'torch-cuda-f16': { on: 'cuda', command: [...torch, 'cuda', 'f16', 'compile', 'graphs'] },
  'torch-cuda-bf16': { on: 'cuda', command: [...torch, 'cuda', 'bf16', 'compile', 'graphs'] },
}

export const commands: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(entries).map(([name, { command }]) => [name, command]),
)
export const groundOf = (name: string): Ground => entries[name]!.on

/** Ours first, then those whose names begin so; where none is asked for, those that make sense beside our adapter. Throws ERR_USAGE for a name of none. */
export function chosenPeers(wanted: string, software: boolean): string[] {
  const sensible: readonly Ground[] = software ? ['webgpu', 'cpu'] : ['webgpu', 'cuda']
  const known = Object.keys(entries)
  const chosen =
    wanted === '' ? known.filter((name) => sensible.includes(groundOf(name))) : chosenOf('bench:peers', wanted.split(','), known)
  return ['ours', ...chosen.filter((name) => name !== 'ours')]
}
