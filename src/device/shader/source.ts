// Where shaders come from.

/** Gives the text of `shaders/NAME.wgsl`, from wherever shaders live: files, a module, a server. Parts are called `parts/NAME`. */
export type ShaderSource = (name: string) => Promise<string>
