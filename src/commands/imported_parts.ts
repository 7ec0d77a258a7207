// What imports of text-to-pose models share: the numbers of a state dict, and the words that its rows are of.

import { SignError } from '../base/errors.js'
import { asWeights } from '../formats/safetensors/float.js'
import { readSafetensorsOrIndex } from '../formats/safetensors/index_file.js'
import type { HostTensor } from '../nn/host_tensor.js'
import { type TokenPolicy, tokenPolicies } from '../text/tokenise.js'
import type { Vocabulary } from '../text/vocabulary.js'
import { readVocabulary } from '../text/vocabulary_file.js'

/** The numbers of a file, or the files of an index. `check` sees the names first: a counter of batches is not a weight of the wrong type. */
export async function readStateDict(
  path: string,
  { wants, check }: { wants?: (name: string) => boolean; check: (names: Iterable<string>, who: string) => void },
): Promise<Map<string, HostTensor>> {
  const { tensors, metadata } = await readSafetensorsOrIndex(path, wants ? { wants } : {})
  check(tensors.keys(), path)
  const dict = new Map([...tensors].map(([name, tensor]) => [name, { shape: tensor.shape, data: asWeights(name, tensor, path) }]))
  // Of tensors that share memory, safetensors' save_model keeps one and says so in the metadata.
  for (const [name, kept] of Object.entries(metadata)) {
    const shared = dict.get(kept)
    if (shared && !dict.has(name)) dict.set(name, shared)
  }
  return dict
}

/** The words of a table of so many rows, from a file of one a line. Throws ERR_CONFIG for no token policy, ERR_CHECKPOINT for another number of words. */
export async function readTableWords(path: string, file: string, tokens: string, rows: number): Promise<Vocabulary> {
  if (!tokenPolicies.includes(tokens as TokenPolicy)) {
    const problem = `wanted a token policy of ${tokenPolicies.join(', ')}, got '${tokens}'`
    throw new SignError('ERR_CONFIG', 'import', problem, 'Choose one of them')
  }
  const vocabulary = await readVocabulary(file, tokens as TokenPolicy)
  if (vocabulary.size === rows) return vocabulary
  const problem = `wanted ${vocabulary.size} rows of tokens for ${file}, got ${rows}`
  throw new SignError('ERR_CHECKPOINT', path, problem, 'Name the vocabulary it was trained with')
}
