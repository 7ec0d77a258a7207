// Which clip of one source is to be compared with which of another: by name, or line for line where a side has no names.

import { counted, someOf } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { howNamesWouldMatch } from './motion_clips.js'

/** How clips were paired. */
export type PairedBy = 'name' | 'order'

/** The clips of a source, in order. */
export interface NamedSide {
  /** What errors call it, e.g. its path. */
  readonly who: string
  readonly names: readonly string[]
  /** Whether clips were named by whoever made them, and not by their lines. */
  readonly named: boolean
}

export interface ClipPairing {
  readonly by: PairedBy
  /** Names (hypothesis, reference), in the order of the references. */
  readonly pairs: readonly (readonly [string, string])[]
}

/**
 * Pairs by name where both sides have names, however their accents are put together, else by order; two single clips are a pair whatever they are called.
 *
 * @param by asks for one of both
 * Throws ERR_DATA where a clip has no partner, naming such clips, and where two of a side have one name; ERR_USAGE for names that are asked for and not there.
 */
export function pairClips(hypotheses: NamedSide, references: NamedSide, by?: PairedBy): ClipPairing {
  for (const side of [hypotheses, references]) {
    if (by === 'name' && !side.named) {
      const nextMove = 'Write the names of the clips to the .files of the corpus, one per line, or use --pair order'
      throw new SignError('ERR_USAGE', side.who, 'wanted clips with names to pair them by, got clips without', nextMove)
    }
  }
  const single = hypotheses.names.length === 1 && references.names.length === 1
  const named = hypotheses.named && references.named && !single
  return (by ?? (named ? 'name' : 'order')) === 'name' ? byName(hypotheses, references) : byOrder(hypotheses, references)
}

function byName(hypotheses: NamedSide, references: NamedSide): ClipPairing {
  const [made, wanted] = [byKey(hypotheses), byKey(references)]
  const unpaired = (own: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): string[] =>
    [...own].flatMap(([key, name]) => (other.has(key) ? [] : [name]))
  const [missing, extra] = [unpaired(wanted, made), unpaired(made, wanted)]
  if (missing.length === wanted.size) {
    const problem = `wanted clips named as in ${references.who}, such as ${someOf(references.names)}, got such as ${someOf(hypotheses.names)}`
    const nextMove = `Names must be the same letter for letter${howNamesWouldMatch(references.names, hypotheses.names)}; or use --pair order`
    throw new SignError('ERR_DATA', hypotheses.who, problem, nextMove)
  }
  if (missing.length > 0 || extra.length > 0) {
    const got = [
      ...(missing.length > 0 ? [`none for ${counted(missing.length, 'reference')} (${someOf(missing)})`] : []),
      ...(extra.length > 0 ? [`${counted(extra.length, 'clip')} without a reference (${someOf(extra)})`] : []),
    ]
    const problem = `wanted one clip for each of the ${counted(wanted.size, 'clip')} in ${references.who}, got ${got.join(' and ')}`
    throw new SignError(
      'ERR_DATA',
      hypotheses.who,
      problem,
      'A score over some of the clips compares with no other: give both sides the same clips',
    )
  }
  return { by: 'name', pairs: [...wanted].map(([key, name]) => [made.get(key)!, name]) }
}

function byKey({ who, names }: NamedSide): Map<string, string> {
  const found = new Map<string, string>()
  for (const name of names) {
    const key = name.normalize('NFC')
    if (found.has(key)) throw new SignError('ERR_DATA', who, `wanted names that differ, got '${name}' twice`, 'Give each clip its own name')
    found.set(key, name)
  }
  return found
}

function byOrder(hypotheses: NamedSide, references: NamedSide): ClipPairing {
  const [made, wanted] = [hypotheses.names, references.names]
  if (made.length !== wanted.length) {
    const [longer, from] = made.length > wanted.length ? [hypotheses, wanted.length] : [references, made.length]
    const problem = `wanted ${counted(wanted.length, 'clip')} as in ${references.who}, got ${made.length}: ${someOf(longer.names.slice(from))} of ${longer.who} would be left over`
    throw new SignError('ERR_DATA', hypotheses.who, problem, 'Give both sides the same clips in the same order, or names to pair them by')
  }
  return { by: 'order', pairs: wanted.map((name, i) => [made[i]!, name]) }
}
