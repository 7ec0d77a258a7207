// What `npm run generate` writes beside this file: the shaders of the package, by their paths under `shaders/` without `.wgsl`.

export declare const shaders: Readonly<Record<string, string>>
