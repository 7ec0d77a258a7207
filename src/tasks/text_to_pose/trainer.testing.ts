// A trainer of text to pose with what it trains at hand, for tests.

import type { SignModel } from '../../model/sign_model.js'
import { Trainer } from '../../train/trainer.js'
import type { RunConfig } from './config.js'
import type { LanguageData } from './data.js'
import type { Validated } from './evaluate.js'
import { type PoseStep, PoseTraining } from './training.js'

export class PoseTrainer extends Trainer<PoseStep, Validated> {
  readonly config: RunConfig
  readonly model: SignModel
  readonly data: readonly LanguageData[]

  constructor(config: RunConfig, model: SignModel, data: readonly LanguageData[]) {
    super(config, new PoseTraining(config, model, data))
    this.config = config
    this.model = model
    this.data = data
  }
}
