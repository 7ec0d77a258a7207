// `npm run generate [folder]`: writes what is made out of other files, into src/generated unless another folder is named.

import { writeShaders } from './shaders.js'

const folder = process.argv[2] ?? 'src/generated'
writeShaders(folder)
