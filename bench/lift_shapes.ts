// What lifting works on in a batch of How2Sign: 48 clips of 160 frames, 6.7 s at 24 a second.

const clips = 48
const length = 160
const frames = clips * length

/** One vec4f for every joint of every frame. */
export const joints = 50 * frames * 4
export const shape = { frames, clips }
export const frameClip = Uint32Array.from({ length: frames }, (_, t) => Math.floor(t / length))
/** (first frame, frames) of each clip. */
export const spans = Uint32Array.from({ length: 2 * clips }, (_, i) => (i % 2 === 0 ? (i / 2) * length : length))
export const adam = { rule: 1, rate: 0.02, meanDecay: 0.9, squareDecay: 0.95 }
