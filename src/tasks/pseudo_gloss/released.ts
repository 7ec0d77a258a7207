// A pseudo-gloss model out of a checkpoint of the released Sign2GPT's first stage.

import { SignError } from '../../base/errors.js'
import type { Gpu } from '../../device/gpu.js'
import { prototypeSizes, prototypeTensors } from '../../model/prototype_state_dict.js'
import { PROTOTYPES, PseudoGlossModel } from '../../model/pseudo_gloss.js'
import { PseudoGlossClasses } from '../../text/pseudo_gloss/classes.js'
import { checkStage, openSign2gpt, type ReleasedSigns, releasedRate, releasedSigns } from '../sign2gpt_file.js'

/** What no tensor tells. */
export interface ReleasedPseudoGloss extends ReleasedSigns {
  /** The words that classes stand for, in their order: the released code draws it anew in each training. */
  readonly classes: readonly string[]
  /** Those of them that were targets of no sentence. */
  readonly ubiquitous?: readonly string[] | undefined
}

/**
 * Loads a .safetensors file, or the .index.json of several. Throws ERR_CHECKPOINT naming file and tensor for what is missing, superfluous or of
 * another shape, and for classes that are not as many; ERR_CONFIG for sizes that cannot be.
 */
export async function loadReleasedPseudoGloss(gpu: Gpu, path: string, told: ReleasedPseudoGloss): Promise<PseudoGlossModel> {
  const file = await openSign2gpt(path)
  checkStage(file, 1)
  const signs = await releasedSigns(file, told)
  const theirs = await file.tensors('prototypes')
  const head = prototypeTensors(theirs, { name: PROTOTYPES, who: path })
  const { vectorWidth, classes: count } = prototypeSizes(head, PROTOTYPES)
  if (told.classes.length !== count) {
    const problem = `wanted ${count} classes, a word for each prototype, got ${told.classes.length}`
    throw new SignError('ERR_CHECKPOINT', path, problem, 'Name the classes that it was trained with, in their order')
  }
  // Temperatures that are not trained are no parameters there, and have no dimension.
  const temperatures = ['class_temperature', 'time_temperature'].every((name) => theirs.get(`post_model.${name}`)!.shape.length === 1)
  const config = { ...signs.config, vectorWidth, headDropout: 0.2, trained: { vectors: false, temperatures } }
  const classes = PseudoGlossClasses.fromJSON({ names: [...told.classes], ubiquitous: [...(told.ubiquitous ?? [])] }, path)
  const description = { config, classes, languages: told.languages, fps: releasedRate(told), trainedOn: [], seed: 0 }
  return new PseudoGlossModel(gpu, description, { tensors: new Map([...signs.tensors, ...head]), who: path })
}
