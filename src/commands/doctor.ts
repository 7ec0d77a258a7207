// `signllm doctor`: which adapters were tried, which one runs, what it can do, what to install for a better one, and what of the optional packages is not there.

import { counted } from '../base/counted.js'
import { openGpu } from '../platform/node/open.js'
import { missingPackages } from './optional_packages.js'

/** What the adapter is and can do, as `--json` prints it. */
export async function doctor(options: { adapter?: string | undefined }) {
  const { gpu, report } = await openGpu(options)
  await gpu.destroy()
  const about = { node: process.version, platform: `${process.platform} ${process.arch}` }
  return { ...about, ...report, missing: missingPackages(), advice: adviceFor(report.chosen) }
}

/** The report as lines for people. */
export function formatDoctor(report: Awaited<ReturnType<typeof doctor>>): string {
  const { limits, missing } = report
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
    ...missing.map(({ name, gives }) => `missing     ${name}: ${gives} (npm install ${name})`),
    ...(missing.length === 0 ? ['packages    all optional ones are installed'] : []),
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
