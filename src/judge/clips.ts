// The clips one by one, the worst first.

import { mean } from '../metrics/motion.js'
import type { NearestTraining } from '../metrics/nearest_training.js'
import type { Clip, Motion } from '../motion/clip.js'
import type { AlignedRun, Translation } from './judge.js'
import type { JudgedSystem } from './judged_system.js'
import { isBetter, type TextMeasure, textMeasures } from './measures.js'
import type { ClipReport } from './report.js'
import { scoreOf } from './scores.js'
import { CEILING } from './systems.js'

/** Reports of the clips by `measure` of the first system, which is what was generated where there is that. Ties keep the order of the split. */
export function clipReports(
  clips: readonly Clip[],
  systems: readonly JudgedSystem[],
  measure: TextMeasure,
  nearest: ReadonlyMap<Motion, NearestTraining>,
): ClipReport[] {
  const first = systems[0]!.name
  const each = <T>(of: (system: JudgedSystem) => T) => Object.fromEntries(systems.map((system) => [system.name, of(system)]))
  return clips
    .map((clip, i): ClipReport => {
      const { name, language, text, gloss } = clip
      const generated = systems.find((system) => system.name === 'generated')?.motions[i]
      const neighbour = generated && nearest.get(generated)
      return {
        name,
        language,
        text,
        ...(gloss === undefined ? {} : { gloss }),
        seconds: { reference: clip.frames / clip.fps, ...(generated && { generated: generated.frames / generated.fps }) },
        scores: each(({ counts }) => mean(counts.map((counted) => scoreOf(counted, measure, [i]) ?? worstScore(measure)))),
        hypotheses: each(({ translations }) => translations.map((byClip) => byClip[i]!.text)),
        ...(neighbour && { nearestTraining: neighbour }),
        alignment: Object.fromEntries(
          systems
            .filter((system) => system.name === 'generated' || system.name === CEILING)
            .flatMap(({ name: system, translations, motions }) => {
              const runs = inSeconds(translations[0]![i]!, motions[i]!)
              return runs ? [[system, runs]] : []
            }),
        ),
      }
    })
    .sort((a, b) => {
      const [one, other] = [a.scores[first]!, b.scores[first]!]
      return one === other ? 0 : isBetter(measure, one, other) ? 1 : -1
    })
}

/** Of a clip that has none, such as letters of a reference without any: nothing was read right. */
const worstScore = (measure: TextMeasure): number => (textMeasures[measure].lowIsGood ? 100 : 0)

const inSeconds = ({ alignment }: Translation, { fps }: Motion): AlignedRun[] | undefined =>
  alignment?.map(({ label, from, to }) => ({ label, from: from / fps, to: to / fps }))
