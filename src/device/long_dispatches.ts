// When the dispatches of a training step are long ones, which is what adapters and waiting are chosen by.

// Of a training step at width 128 both kinds of dispatch cost about as much on lavapipe; at 256 the long ones are nearly all.
const WIDE = 256

/** Whether a training step consists of long dispatches, by the model's width. */
export const hasLongDispatches = (width: number): boolean => width >= WIDE
