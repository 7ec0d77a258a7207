// `signllm doctor`: which adapters were tried, which one runs, what it can do, and what to install for a better one.

import { counted } from '../base/counted.js'
import { openGpu } from '../platform/node/open.js'

/** What the adapter is and can do, as `--json` prints it. */
export async function doctor(options: { adapter?: string | undefined }) {
  const { gpu, report } = await openGpu(options)
  await gpu.destroy()
  return { node: process.version, platform: `${process.platform} ${process.arch}`, ...report, advice: adviceFor(report.chosen) }
}

/** The report as lines for people. */
export function formatDoctor(report: Awaited<ReturnType<typeof doctor>>): string {
  const { limits } = report
  const mebibytes = (bytes = 0) => `${Math.round(bytes / 2 ** 20)} MiB`
  return [
    `adapter     ${report.name}`,
    `kind        ${{ gpu: 'GPU', software: 'installed software driver (CPU)', embedded: 'bundled software driver (CPU)' }[report.chosen]}`,
    `driver      ${report.driver || 'unnamed'}`,
    `features    ${report.features.join(', ') || 'none beyond core WebGPU'}`,
    `subgroups   ${report.subgroupSizes.join(' to ')} lanes`,
    `workgroup   ${limits.maxComputeInvocationsPerWorkgroup} lanes, ${limits.maxComputeWorkgroupStorageSize} bytes of shared memory`,
    `buffers     at most ${mebibytes(limits.maxBufferSize)} each, ${mebibytes(limits.maxStorageBufferBindingSize)} per binding, ${limits.maxStorageBuffersPerShaderStage} per shader`,
    `tuning      ${report.tuning.shapes > 0 ? `${counted(report.tuning.shapes, 'shape')} of kernels, in ${report.tuning.path}` : 'none (run signllm tune)'}`,
    `runtime     Node ${report.node}, ${report.platform}`,
    ...report.attempts.map(({ source, outcome }) => `tried       ${source}: ${outcome}`),
    ...report.notes.map((note) => `note        ${note}`),
    `advice      ${report.advice}`,
  ].join('\n')
}

function adviceFor(chosen: 'gpu' | 'software' | 'embedded'): string {
  if (chosen === 'gpu') return 'none: this is a GPU'
  const gpu = 'if there is a GPU, install its manufacturer’s Vulkan driver'
  if (chosen === 'software') return `this runs on the CPU; ${gpu}`
  return `this runs on the CPU; ${gpu}; if not, mesa-vulkan-drivers 25 or newer (Debian 12: from bookworm-backports) is several times faster`
}
