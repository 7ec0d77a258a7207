// Types of what our tests use of `three`, which ships none.

declare module 'three' {
  class Vector3 {
    constructor(x?: number, y?: number, z?: number)
    x: number
    y: number
    z: number
    applyMatrix4(matrix: Matrix4): this
    distanceTo(other: Vector3): number
    toArray(): [number, number, number]
  }
  class Matrix4 {
    readonly elements: number[]
  }
  class Object3D {
    name: string
    readonly type: string
    readonly children: Object3D[]
    readonly position: Vector3
    readonly matrixWorld: Matrix4
    add(child: Object3D): this
    updateMatrixWorld(force?: boolean): void
    getObjectByName(name: string): Object3D | undefined
    traverse(visit: (object: Object3D) => void): void
  }
  class Skeleton {
    readonly bones: Object3D[]
  }
  class SkinnedMesh extends Object3D {
    readonly skeleton: Skeleton
    readonly geometry: {
      readonly attributes: Readonly<Record<string, { readonly count: number }>>
      readonly index: { readonly count: number } | null
    }
    getVertexPosition(index: number, target: Vector3): Vector3
  }
  class AnimationClip {
    readonly name: string
    readonly duration: number
    readonly tracks: readonly { readonly name: string; readonly times: Float32Array }[]
  }
  class AnimationMixer {
    constructor(root: Object3D)
    clipAction(clip: AnimationClip): {
      play(): void
      setLoop(mode: number, repetitions: number): { play(): void }
      clampWhenFinished: boolean
    }
    setTime(seconds: number): void
  }
  const LoopOnce: number
}

declare module 'three/addons/loaders/BVHLoader.js' {
  import type { AnimationClip, Skeleton } from 'three'
  export class BVHLoader {
    parse(text: string): { skeleton: Skeleton; clip: AnimationClip }
  }
}

declare module 'three/addons/loaders/GLTFLoader.js' {
  import type { AnimationClip, Object3D } from 'three'
  export class GLTFLoader {
    parseAsync(data: ArrayBuffer, path: string): Promise<{ scene: Object3D; animations: AnimationClip[] }>
  }
}
