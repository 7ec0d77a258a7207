// `npm run generate`: writes what is made out of other files, into src/generated.

import { writePages } from './pages.js'
import { writeShaders } from './shaders.js'

writeShaders()
await writePages()
