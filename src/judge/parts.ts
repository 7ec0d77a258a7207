// How near each part of the body comes to the signer's own: what a judge reads may be right while a face stands still.

import type { ScoredPart } from '../metrics/body_parts.js'
import { mean } from '../metrics/motion.js'
import type { PartReport, SystemReport } from './report.js'
import { FLOOR } from './systems.js'

/** Parts that a gate can be set for, and which scores they are the mean of. */
export const gateParts = ['body', 'hands', 'face'] as const
export type GatePart = (typeof gateParts)[number]

const scoresOf: Readonly<Record<GatePart, readonly ScoredPart[]>> = {
  body: ['arms', 'body'],
  hands: ['left hand', 'right hand'],
  face: ['face'],
}

/** The parts that the motions of a split have, each with its distance from the reference in every system, in shoulder widths. */
export function partReports(systems: readonly SystemReport[]): PartReport[] {
  return gateParts.flatMap((part) => {
    const distances = Object.fromEntries(
      systems.flatMap(({ name, motion }) => {
        const own = scoresOf[part].flatMap((scored) => motion.parts[scored] ?? [])
        return own.length > 0 ? [[name, mean(own)]] : []
      }),
    ) as PartReport['distances']
    if (Object.keys(distances).length === 0) return []
    return [{ part, distances, normalised: normalised(distances.generated, distances[FLOOR]) }]
  })
}

/** 1 where the motion is the reference's own, 0 where it is as far from it as real signing of another sentence, and below where it is further. */
function normalised(generated: number | undefined, floor: number | undefined): number | null {
  return generated === undefined || floor === undefined || !(floor > 0) ? null : 1 - generated / floor
}

/** The parts of a report that do not pass the least scores that are asked of them; a part that nobody can score does not pass. */
export function failedParts(
  parts: readonly PartReport[],
  least: Readonly<Partial<Record<GatePart, number>>>,
): { readonly part: GatePart; readonly least: number; readonly got: number | null }[] {
  return gateParts.flatMap((part) => {
    const wanted = least[part]
    const got = parts.find((one) => one.part === part)?.normalised ?? null
    return wanted === undefined || (got !== null && got >= wanted) ? [] : [{ part, least: wanted, got }]
  })
}
