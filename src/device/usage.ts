// The numbers behind GPUBufferUsage, GPUMapMode and GPUShaderStage, which Node has no globals for and embedders may not want patched in.

export const GPU_BUFFER = { MAP_READ: 0x1, COPY_SRC: 0x4, COPY_DST: 0x8, UNIFORM: 0x40, STORAGE: 0x80, QUERY_RESOLVE: 0x200 } as const
export const GPU_MAP_READ = 0x1
export const GPU_COMPUTE_STAGE = 0x4
