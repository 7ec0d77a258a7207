// `signllm profile …`: where the time of a step goes, how near it is to what the adapter can do, and what changed since another profile.

import { writeWhole } from '../base/files.js'
import { readPoseCheckpoint } from '../checkpoint/file.js'
import { restoreModel } from '../checkpoint/restore.js'
import type { Gpu } from '../device/gpu.js'
import type { LengthPolicy } from '../infer/length_policy.js'
import type { OpenOptions } from '../platform/node/open.js'
import { type Collected, collect, type Subject } from '../profile/collect.js'
import { diffProfiles, type ProfileDiff } from '../profile/diff.js'
import { generateSubject } from '../profile/generate.js'
import { profileKernel } from '../profile/kernel.js'
import { checkKernelNames } from '../profile/kernel_names.js'
import { reportPage } from '../profile/page/page.js'
import type { Profile } from '../profile/profile.js'
import { readProfile, saveProfile } from '../profile/saved.js'
import { traceJson } from '../profile/trace.js'
import { trainSubject } from '../profile/train.js'
import { loadTaskRun } from '../tasks/run_file.js'
import { referenceRun } from '../tasks/text_to_pose/reference.js'
import { checkWhole } from '../text/broken_text.js'
import { tagAmong } from '../text/language_tag.js'
import { openAdapter, openAsRun } from './adapter.js'
import { onlyLanguage } from './generate.js'
import { type Listener, warn } from './say.js'

export interface ProfileOptions extends OpenOptions, Listener {
  /** Saves the profile, for `profile diff`. */
  readonly out?: string | undefined
  /** Writes the report page. */
  readonly html?: string | undefined
  /** A saved profile that the page compares with. */
  readonly against?: string | undefined
}

export interface StepProfileOptions extends ProfileOptions {
  /** Steps to profile, and as many without the profiler. Default 5. */
  readonly steps?: number | undefined
  /** Writes a Chrome trace of every profiled step. */
  readonly trace?: string | undefined
}

/** Profiles the training step of a run file, or of the published base model. */
export async function profileTrain(path: string | undefined, options: StepProfileOptions = {}): Promise<Profile> {
  const run = path === undefined ? referenceRun() : await loadTaskRun(path, (note) => warn(note, options))
  return onGpu(openAsRun(run.config, options.adapter), options, async (gpu) => {
    const subject = await trainSubject(gpu, run)
    try {
      return await collectSubject(gpu, subject, options)
    } finally {
      await subject.destroy()
    }
  })
}

export interface ProfileGenerateOptions extends StepProfileOptions {
  readonly model: string
  /** May be left out of a model of one language. */
  readonly lang?: string | undefined
  readonly policy?: LengthPolicy | undefined
}

/** Profiles the generation of one sentence by a trained model. */
export async function profileGenerate(text: string, options: ProfileGenerateOptions): Promise<Profile> {
  checkWhole(text, 'profile generate')
  const checkpoint = await readPoseCheckpoint(options.model)
  for (const note of checkpoint.notes) warn(note, options)
  const languages = checkpoint.groups.map((group) => group.language)
  const language = options.lang === undefined ? onlyLanguage(languages) : tagAmong(options.lang, languages)
  return onGpu(options, options, async (gpu) => {
    const group = restoreModel(gpu, checkpoint).group(language)
    const subject = await generateSubject(gpu, group, text, options.policy === undefined ? {} : { policy: options.policy })
    try {
      return await collectSubject(gpu, subject, options)
    } finally {
      await subject.destroy()
    }
  })
}

/** Profiles kernels by the beginning of their names, at the shapes of a run file's step or of the published base model's. */
export async function profileKernels(name: string, options: ProfileOptions & { readonly run?: string | undefined }): Promise<Profile> {
  checkKernelNames([name])
  const run = options.run === undefined ? referenceRun() : await loadTaskRun(options.run, (note) => warn(note, options))
  return onGpu(options, options, async (gpu) => ({ profile: await profileKernel(gpu, name, run), timelines: [] }))
}

/** Compares two saved profiles. Throws ERR_DATA for files that are none, ERR_USAGE for profiles of different work. */
export async function profileDiff(before: string, after: string, options: { readonly threshold?: number }): Promise<ProfileDiff> {
  return diffProfiles(await readProfile(before), await readProfile(after), options)
}

function collectSubject(gpu: Gpu, subject: Subject, { steps = 5 }: StepProfileOptions): Promise<Collected> {
  return collect(gpu, subject, steps)
}

/** Profiles on a GPU of its own and writes the files asked for. What is compared with is read first: a bad file costs no profile. */
async function onGpu(open: OpenOptions, options: StepProfileOptions, work: (gpu: Gpu) => Promise<Collected>): Promise<Profile> {
  const against = options.against === undefined ? undefined : await readProfile(options.against)
  const { gpu } = await openAdapter(open, options)
  try {
    const { profile, timelines } = await work(gpu)
    if (options.out !== undefined) await saveProfile(options.out, profile)
    if (options.trace !== undefined) await writeWhole(options.trace, traceJson(profile.subject, profile.rows, timelines))
    if (options.html !== undefined) await writeWhole(options.html, reportPage(profile, against))
    return profile
  } finally {
    await gpu.destroy()
  }
}
