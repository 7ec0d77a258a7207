// A user's program, with strict types: every entry of the package, from a training of two steps to files. It ends by itself, which a GPU
// left open would prevent.

import { readFile } from 'node:fs/promises'
import { Generator, openGpu, parseRunConfig, readCheckpoint, restoreModel, type TrainEvent, trainRun } from 'signllm'
import { JOINTS, type NamedMotion, syntheticCorpus } from 'signllm/data'
import { type HostTensor, ParameterSet, type ParameterSpec, xavierUniform } from 'signllm/engine'
import { type InspectedClip, saveMotion, writeBvh } from 'signllm/formats'
import { type CheckpointBytes, Gpu, readCheckpoint as readBytes, Generator as WebGenerator, restoreModel as webModel } from 'signllm/web'

const runFile = `
name: packed
out: run
data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 24, words: 6 } }]
model: { preset: tiny }
stop: { steps: 2 }
`

const { gpu, report } = await openGpu({ adapter: 'embedded' })
console.log(report.name satisfies string)

const events: TrainEvent['kind'][] = []
for await (const event of trainRun(gpu, parseRunConfig(runFile, 'run.yaml'))) events.push(event.kind)
console.log(events.join(' '))

const model = restoreModel(gpu, await readCheckpoint('run/last.safetensors'))
const generator = new Generator(gpu, model.group('ASL'))
const [motion] = await generator.generate(['rain sun'], { policy: 'oracle', lengths: [8] })
if (!motion) throw new Error('no motion')
await saveMotion('rain.gif', motion, { text: 'rain sun', language: 'ASL' })
await writeBvh('rain.bvh', motion)

{
  const bytes: CheckpointBytes = await readFile('run/last.safetensors')
  await using page = Gpu.from(gpu.device, { owns: false })
  await using again = new WebGenerator(page, webModel(page, await readBytes(bytes)).group('ASL'))
  const [same] = await again.generate(['rain sun'], { policy: 'oracle', lengths: [8] })
  if (Buffer.compare(Buffer.from(same!.joints.buffer), Buffer.from(motion.joints.buffer)) !== 0) throw new Error('another motion')
}

const spec: ParameterSpec = { name: 'weight', shape: [2, 3, 4], init: xavierUniform }
{
  await using parameters = new ParameterSet(gpu, [spec], { training: false, precision: 'f32' })
  const tensor: HostTensor = { shape: spec.shape, data: Float32Array.from({ length: 24 }, (_, i) => i) }
  parameters.load(new Map([[spec.name, tensor]]), 'weights')
  console.log((await parameters.save()).get(spec.name)!.data[12] === 12)
}

const clips: readonly NamedMotion[] = syntheticCorpus({ languages: ['ASL'], clipsPerLanguage: 8, words: 12 }).train
const pictures: InspectedClip[] = []
console.log(JOINTS, clips.length, pictures.length)

await generator.destroy()
await gpu.destroy()
console.log('ended')
