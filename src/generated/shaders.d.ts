// What `npm run generate` writes beside this file: the shaders of the package by their paths under `shaders/` without `.wgsl`, as JSON, deflated, in base64.

export declare const packedShaders: string
