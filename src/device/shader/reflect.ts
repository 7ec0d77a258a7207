// What a shader says about itself: its bindings and the layout of its Params. The only importer of wgsl_reflect.

import { ResourceType, type VariableInfo, WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js'

export interface ShaderBinding {
  readonly name: string
  readonly binding: number
  readonly access: 'read' | 'read_write' | 'uniform'
}

export interface ShaderParam {
  readonly name: string
  readonly type: string
  readonly offset: number
}

export interface ShaderFacts {
  readonly entry: string
  /** In binding order, the uniform included. */
  readonly bindings: readonly ShaderBinding[]
  readonly params: readonly ShaderParam[]
  /** Bytes of the Params struct, 0 without one. */
  readonly paramBytes: number
}

/** Reads the facts out of WGSL source. Throws wgsl_reflect's own error for source it cannot parse. */
export function reflectShader(source: string): ShaderFacts {
  const reflection = new WgslReflect(declarationsOf(source))
  const variables: VariableInfo[] = [...reflection.storage, ...reflection.uniforms]
  const bindings = variables
    .map((variable) => ({ name: variable.name, binding: variable.binding, access: accessOf(variable) }))
    .sort((a, b) => a.binding - b.binding)
  const struct = reflection.structs.find((candidate) => candidate.name === 'Params')
  return {
    entry: reflection.entry.compute.map((fn) => fn.name).join(', '),
    bindings,
    params: struct?.members.map((member) => ({ name: member.name, type: member.type.name, offset: member.offset })) ?? [],
    paramBytes: struct?.size ?? 0,
  }
}

function accessOf(variable: VariableInfo): ShaderBinding['access'] {
  if (variable.resourceType === ResourceType.Uniform) return 'uniform'
  return variable.access === 'read_write' ? 'read_write' : 'read'
}

/** A shader without what functions do, and without names for matrix types: neither matters here, and wgsl_reflect cannot parse subgroup matrices. */
function declarationsOf(source: string): string {
  const bare = source.replace(/\/\/.*/g, '').replace(/^alias \w+ = subgroup_matrix_.*$/gm, '')
  let out = ''
  let depth = 0
  for (const part of bare.split(/(?<=[{}])/)) {
    // A function's parameters hold no braces, so its body opens where the text before the brace holds `fn`.
    const opens = part.endsWith('{')
    if (depth === 0) out += part
    if (opens && (depth > 0 || /\bfn \w+/.test(part))) depth++
    if (part.endsWith('}') && depth > 0 && --depth === 0) out += '}'
  }
  return out
}
