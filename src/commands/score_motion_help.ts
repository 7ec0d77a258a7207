// What the options of `signllm score --motion` mean, apart from what reads and scores motions: the command line tells it before it knows whether it will score.

/** What the options mean, for the command line. */
export const scoreMotionHelp = {
  motion: 'score motions: both inputs are prefixes of .skels corpora, packed corpora, .h5, .pose or .npz files or folders of them',
  split: 'the split to score: DIR/NAME.skels of a folder, or the clips named NAME/… of a corpus',
  pair: 'pair clips by name or by order (default: by name if both inputs have names)',
  fastdtw: 'compute DTW-MJE with fastdtw (radius 1), as in published SLRTP tables (default: exact DTW)',
  layout: "the layout to score in, such as skeleton-50, into which points without depth are lifted (default: the files' own)",
  train: 'the training clips of the system: reports the distance to the nearest of them, and counts copies',
} as const
