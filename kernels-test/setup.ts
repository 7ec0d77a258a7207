// The same cases every run: CI must not fail by luck. To search with others, set FC_SEED.

import fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 27) })

// Kernels as on an adapter that nothing was measured on, whatever this user's cache holds.
process.env.SIGNLLM_TUNING = 'off'
