// What is read out of shaders, against a parser of the whole language.

import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ResourceType, WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js'
import { shaderFromPackage } from '../../platform/node/shader_files.js'
import { reflectShader, type ShaderFacts } from './reflect.js'
import { specialisedShader } from './text.js'

/** The same facts by the parser, which knows no subgroup matrices: without the bodies and names that mention them. */
function parsed(source: string): ShaderFacts {
  const declared = withoutBodies(source.replace(/\/\/.*/g, '').replace(/^alias \w+ = subgroup_matrix_.*$/gm, ''))
  const reflection = new WgslReflect(declared)
  const params = reflection.structs.find(({ name }) => name === 'Params')
  return {
    entry: reflection.entry.compute.map(({ name }) => name).join(', '),
    bindings: [...reflection.storage, ...reflection.uniforms]
      .map(({ name, binding, resourceType, access }) => ({
        name,
        binding,
        access:
          resourceType === ResourceType.Uniform
            ? ('uniform' as const)
            : access === 'read_write'
              ? ('read_write' as const)
              : ('read' as const),
      }))
      .sort((a, b) => a.binding - b.binding),
    params: params?.members.map(({ name, type, offset }) => ({ name, type: type.name, offset })) ?? [],
    paramBytes: params?.size ?? 0,
  }
}

function withoutBodies(source: string): string {
  let [out, depth] = ['', 0]
  for (const part of source.split(/(?<=[{}])/)) {
    if (depth === 0) out += part
    if (part.endsWith('{') && (depth > 0 || /\bfn \w+/.test(part))) depth++
    if (part.endsWith('}') && depth > 0 && --depth === 0) out += '}'
  }
  return out
}

describe('what a shader says of itself', () => {
  const files = readdirSync('shaders').filter((file) => file.endsWith('.wgsl'))

  it.each(files.map((file) => file.slice(0, -'.wgsl'.length)))('%s: is what a parser reads', async (file) => {
    const { code } = await specialisedShader({ file }, shaderFromPackage)
    expect(reflectShader(code)).toEqual(parsed(code))
  })

  it('is read however it is written', () => {
    const shader = `
      // @group(0) @binding(9) var<storage, read> not_there: array<f32>;
      /* struct Params { no: u32 } */
      struct Params { n : u32,
        rate: f32, // per step
      }
      @binding(2) @group(0)
      var<uniform> params: Params;
      @group( 0 ) @binding( 1 ) var<storage,read_write>y:array<vec4<f32>>;
      @group(0) @binding(0) var<storage> x: array<f32>;
      var<workgroup> kept: array<f32, 64>;
      @workgroup_size(64, 1, 1) @compute
      fn main(@builtin(global_invocation_id) id: vec3u) { var local = 0; }`
    expect(reflectShader(shader)).toEqual(parsed(shader.replace(/\/\*.*\*\//, '')))
  })

  it('tells members that no kernel may have by all that is written of them', () => {
    const { params } = reflectShader('struct Params { @align(16) n: u32, v: vec2<f32>, a: array<vec4<f32>, 4>, x: u32 }')
    expect(params.map(({ name, type }) => `${name}:${type}`)).toEqual(['n:@align(16) u32', 'v:vec2<f32>', 'a:array<vec4<f32>, 4>', 'x:u32'])
    expect(reflectShader('nothing at all {')).toEqual({ entry: '', bindings: [], params: [], paramBytes: 0 })
  })
})
