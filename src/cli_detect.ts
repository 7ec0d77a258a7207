// The command `signllm data detect`: argv to a command, as in cli.ts.

import { type Command, Option } from 'commander'
import type { Cli } from './cli_data.js'
import { again, skipBroken } from './cli_data_options.js'
import { brokenText, failWhereBroken } from './cli_left_out.js'
import { positive, rate } from './cli_options.js'
import { bodyModels } from './detect/body_models.js'

/** Adds the command. */
export function addDetectCommand(data: Command, cli: Cli): void {
  data
    .command('detect')
    .description("detect the signer's keypoints in videos with MediaPipe Holistic, in a headless browser (no GPU, no Python)")
    .argument('<video>', 'video file, or folder of videos')
    .requiredOption('--out <path>', 'output: .pose file for one video, or folder for a .pose file per video')
    .addOption(new Option('--model <size>', 'model of the body: lite is faster, heavy more exact').choices(bodyModels).default('full'))
    .option('--jobs <n>', 'videos to work on at the same time, each in a browser of its own', positive, 1)
    .option('--video-fps <n>', 'frame rate of the videos (default: the rate stored in each file)', rate)
    .addOption(again.resume())
    .option(...again.overwrite)
    .option(...skipBroken)
    .action(async (video: string, options) => {
      const { dataDetect, formatDetected } = await import('./commands/data_detect.js')
      const summary = await dataDetect(video, { ...cli.common(), ...options, signal: cli.interruption() })
      cli.print(summary, `${formatDetected(summary)}${brokenText(summary)}`)
      failWhereBroken(summary, options)
    })
}
