// Writes `.glb`, binary glTF: the rig with a simple body on it and the motion as its animation, for Blender, three.js and game engines.
//
// Metres, y up, the signer looking along +z as glTF asks, the neck where the motion has it (at 0, normalised). A skin of 50 joints (rig.ts), whose rest pose
// stands in the nodes and whose bones turn only; one key a frame, linear in between. Needs the optional package @gltf-transform/core.

import type { Accessor, Document as GltfDocument, Node as GltfNode, TypedArray } from '@gltf-transform/core'
import { writeWhole } from '../../base/files.js'
import { optionalPackage } from '../../base/optional.js'
import type { Motion } from '../../motion/clip.js'
import { rigBones, type Vector } from '../../motion/rig.js'
import { type RigPoses, rigPoses } from '../../motion/rig_poses.js'
import { METRES } from '../bvh.js'
import { rigMesh } from './mesh.js'

/**
 * Writes a motion as GLB. Throws ERR_DATA for a malformed motion or a coordinate that is not finite, ERR_CONFIG where the optional package is not
 * installed, ERR_OUTPUT where `path` cannot be written.
 */
export async function writeGlb(path: string, motion: Motion): Promise<void> {
  await writeWhole(path, await encodeGlb(motion, path))
}

/** The bytes of a GLB file. `who` is named in errors. */
export async function encodeGlb(motion: Motion, who = 'glb'): Promise<Uint8Array> {
  const poses = rigPoses(motion, who)
  const { Document, WebIO } = await optionalPackage('@gltf-transform/core', who, () => import('@gltf-transform/core'))
  const document = new Document()
  document.getRoot().getAsset().generator = 'signllm'
  const buffer = document.createBuffer()
  const data: Data = (type, array) => document.createAccessor().setType(type).setArray(array).setBuffer(buffer)

  const nodes = addBones(document, poses)
  const body = addBody(document, data, poses, nodes)
  document.createScene('signer').addChild(nodes[0]!).addChild(body)
  addAnimation(document, data, poses, nodes)
  return new WebIO().writeBinary(document)
}

type Data = (type: 'SCALAR' | 'VEC3' | 'VEC4' | 'MAT4', array: TypedArray) => Accessor

/** A node for every bone, standing at the end of the one it hangs on. */
function addBones(document: GltfDocument, { rest }: RigPoses): GltfNode[] {
  const nodes: GltfNode[] = []
  for (const [b, { name, parent }] of rigBones.entries()) {
    nodes[b] = document.createNode(name).setTranslation(metres(rest[parent] ?? [0, 0, 0]))
    nodes[parent]?.addChild(nodes[b])
  }
  return nodes
}

function addBody(document: GltfDocument, data: Data, { rest }: RigPoses, nodes: readonly GltfNode[]): GltfNode {
  const starts: Vector[] = []
  for (const { parent } of rigBones) {
    const [x, y, z] = starts[parent] ?? [0, 0, 0]
    const [right, up, near] = rest[parent] ?? [0, 0, 0]
    starts.push([x + right, y + up, z + near])
  }
  const { positions, normals, colours, bones } = rigMesh(starts, rest)
  const joints = new Uint8Array(bones.length * 4)
  const weights = new Float32Array(bones.length * 4)
  for (const [corner, bone] of bones.entries()) {
    joints[corner * 4] = bone
    weights[corner * 4] = 1
  }
  const material = document.createMaterial('bones').setMetallicFactor(0).setRoughnessFactor(0.8)
  const primitive = document
    .createPrimitive()
    .setMaterial(material)
    .setAttribute(
      'POSITION',
      data(
        'VEC3',
        positions.map((value) => value * METRES),
      ),
    )
    .setAttribute('NORMAL', data('VEC3', normals))
    .setAttribute('COLOR_0', data('VEC3', colours))
    .setAttribute('JOINTS_0', data('VEC4', joints))
    .setAttribute('WEIGHTS_0', data('VEC4', weights))
  // At rest no bone is turned, so binding only moves each to the middle: a column-major matrix with the translation in its last column.
  const inverse = Float32Array.from(
    starts.flatMap((start) => [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, ...metres(start).map((value) => -value), 1]),
  )
  const skin = document.createSkin('rig').setSkeleton(nodes[0]!).setInverseBindMatrices(data('MAT4', inverse))
  for (const node of nodes) skin.addJoint(node)
  return document.createNode('signer').setMesh(document.createMesh('signer').addPrimitive(primitive)).setSkin(skin)
}

function addAnimation(document: GltfDocument, data: Data, poses: RigPoses, nodes: readonly GltfNode[]): void {
  const { frames, fps, place, turns } = poses
  const times = data(
    'SCALAR',
    Float32Array.from({ length: frames }, (_, frame) => frame / fps),
  )
  const animation = document.createAnimation('signing')
  const add = (node: GltfNode, path: 'translation' | 'rotation', values: Accessor): void => {
    const sampler = document.createAnimationSampler().setInput(times).setOutput(values).setInterpolation('LINEAR')
    animation.addSampler(sampler).addChannel(document.createAnimationChannel().setTargetNode(node).setTargetPath(path).setSampler(sampler))
  }
  add(
    nodes[0]!,
    'translation',
    data(
      'VEC3',
      place.map((value) => value * METRES),
    ),
  )
  for (const [b, node] of nodes.entries()) {
    const own = new Float32Array(frames * 4)
    for (let frame = 0; frame < frames; frame++) {
      const at = (frame * nodes.length + b) * 4
      own.set(turns.subarray(at, at + 4), frame * 4)
    }
    add(node, 'rotation', data('VEC4', own))
  }
}

function metres([x, y, z]: Readonly<Vector>): Vector {
  return [x * METRES, y * METRES, z * METRES]
}
