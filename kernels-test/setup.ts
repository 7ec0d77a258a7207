// The same cases every run: CI must not fail by luck. To search with others, set FC_SEED.

import fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 27) })
