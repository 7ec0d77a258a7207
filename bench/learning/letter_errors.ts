// What judges of letters read in spelled words: of the model, of the nearest training clip, and of the signers themselves.

import { SignError } from '../../src/base/errors.js'
import type { Gpu } from '../../src/device/gpu.js'
import { checkJudges } from '../../src/judge/evaluation.js'
import type { Judge } from '../../src/judge/judge.js'
import { translateOnce } from '../../src/judge/judged.js'
import { judgedMean } from '../../src/judge/judged_system.js'
import { openJudge } from '../../src/judge/open.js'
import type { Judged } from '../../src/judge/report.js'
import { type CountedTexts, countTexts, reportMetrics, scoreOf } from '../../src/judge/scores.js'
import { systemsOf } from '../../src/judge/systems.js'
import { areSpelled } from '../../src/text/spelled.js'
import type { LetterErrorsOf } from './measured_model.js'
import type { SignedSplit } from './signed_split.js'

/** As `systemsOf` calls them, and as they are told here. */
const contenders = { generated: 'model', 'nearest neighbour': 'nearest neighbour', 'ground truth': 'ground truth' } as const
type Contender = (typeof contenders)[keyof typeof contenders]

/** Letter error rates in percent: the mean over judges, their spread, and each. */
export type LetterErrors = Readonly<Record<Contender, Judged>>

/** Opens judges, if any are named. Throws ERR_USAGE for judges that read no letters and for one named twice, and what opening throws. */
export async function openLetterJudges(gpu: Gpu, paths: readonly string[]): Promise<Judge[]> {
  const judges: Judge[] = []
  for (const path of paths) judges.push(await openJudge(gpu, path))
  if (judges.length > 0 && checkJudges(judges) !== 'letters')
    throw new SignError(
      'ERR_USAGE',
      'learning',
      'wanted judges of letters, got judges of words',
      'Pass what learning:judge -- letters trained',
    )
  return judges
}

/** Counted as `signllm eval` does: a letter is right in whichever language's alphabet the judge read it. */
export async function letterErrors(judges: readonly Judge[], { pairs, trained }: SignedSplit, seed: number): Promise<LetterErrorsOf> {
  const clips = pairs.map(({ reference }) => reference)
  const generated = pairs.map(({ hypothesis }) => hypothesis)
  const systems = systemsOf({ clips, generated, train: trained, seed }).filter(({ name }) => Object.hasOwn(contenders, name))
  const metrics = reportMetrics({
    unit: 'letters',
    tokens: 'letters',
    glossCleanUp: 'none',
    spelled: areSpelled(clips.map(({ text }) => text)),
  })
  const counts = new Map<Contender, CountedTexts[]>(Object.values(contenders).map((name) => [name, []]))
  for (const judge of judges) {
    const said = await translateOnce(judge, systems, {})
    for (const { name, motions } of systems) {
      const texts = motions.map((motion, i) => ({ hypothesis: said.get(motion)!.text, reference: clips[i]!.text }))
      counts.get(contenders[name as keyof typeof contenders])!.push(countTexts(metrics, texts))
    }
  }
  return (language) => {
    const own = clips.flatMap((clip, i) => (language === undefined || clip.language === language ? [i] : []))
    const rates = [...counts].map(([name, byJudge]) => [
      name,
      judgedMean(byJudge.map((counted) => scoreOf(counted, 'letterErrorRate', own))),
    ])
    return Object.fromEntries(rates) as LetterErrors
  }
}
