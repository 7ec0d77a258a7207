// What a shader says about itself: its bindings, its entry and its Params. Only declarations are read, as kernels have them; whether the rest is WGSL, the
// driver says. reflect.test.ts holds every shader of the package against a whole parser of the language.

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
  /** Members of the struct Params. Of others than numbers of four bytes the type tells all that is written, which no kernel may have. */
  readonly params: readonly ShaderParam[]
  /** Bytes of the Params struct, 0 without one. */
  readonly paramBytes: number
}

const ATTRIBUTES = /((?:@\w+\s*(?:\([^)]*\))?\s*)*)/.source
const RESOURCE = new RegExp(`${ATTRIBUTES}\\bvar\\s*<\\s*(storage|uniform)\\s*(?:,\\s*(\\w+)\\s*)?>\\s*(\\w+)\\s*:`, 'g')
const FUNCTION = new RegExp(`${ATTRIBUTES}\\bfn\\s+(\\w+)`, 'g')
const PARAMS = /\bstruct\s+Params\s*\{([^}]*)\}/
const MEMBER = new RegExp(`^${ATTRIBUTES}(\\w+)\\s*:\\s*([\\s\\S]+)$`)
const BYTES = 4

/** Reads the facts out of WGSL source. */
export function reflectShader(source: string): ShaderFacts {
  const code = source.replace(/\/\/.*|\/\*[\s\S]*?\*\//g, ' ')
  const bindings = [...code.matchAll(RESOURCE)].map(([, attributes, space, access, name]) => ({
    name: name!,
    binding: Number(/@binding\s*\(\s*(\d+)/.exec(attributes!)?.[1]),
    access: space === 'uniform' ? ('uniform' as const) : access === 'read_write' ? ('read_write' as const) : ('read' as const),
  }))
  const params = membersOf(PARAMS.exec(code)?.[1] ?? '').map((member, i) => ({ ...member, offset: BYTES * i }))
  return {
    entry: [...code.matchAll(FUNCTION)].flatMap(([, attributes, name]) => (attributes!.includes('@compute') ? [name] : [])).join(', '),
    bindings: bindings.sort((a, b) => a.binding - b.binding),
    params,
    paramBytes: BYTES * params.length,
  }
}

/** Members of a struct; attributes stay with the type, which they change. */
function membersOf(body: string): { name: string; type: string }[] {
  return body
    .split(/,(?![^<]*>)/)
    .map((member) => member.trim())
    .filter(Boolean)
    .map((member) => {
      const [, attributes, name, type] = MEMBER.exec(member) ?? ['', '', member, '']
      return { name: name!, type: `${attributes}${type}`.trim() }
    })
}
