// The formats of before there was one for every task, as the present one has them. What is in their parts is checked by the task, as in a present file.

import * as z from 'zod'
import { parsedAs, parseJson, type SavedContent } from './metadata.js'
import { TEXT_TO_GLOSS, TEXT_TO_POSE } from './tasks.js'

/** What an older file's metadata says; undefined for a format that is none of ours. Throws ERR_CHECKPOINT for a description that is damaged. */
export function asPresentFormat(metadata: Readonly<Record<string, string>>, path: string): SavedContent | undefined {
  const { format, groups, model } = metadata
  const state = metadata.state === undefined ? undefined : parseJson(metadata.state, path)
  if (format === 'signllm-1' && groups !== undefined) return { ...poseContent(parseJson(groups, path), path), state }
  if (format === 'signllm-gloss-1' && model !== undefined) return { ...glossContent(parseJson(model, path), path), state }
  return undefined
}

/** All of a language in one object, whatever it was. */
const oldGroup = z.looseObject({ language: z.string(), config: z.unknown(), vocabulary: z.unknown(), normalisation: z.unknown() })

function poseContent(saved: unknown, path: string): SavedContent {
  const groups = parsedAs(z.array(oldGroup), saved, 'descriptions of groups', path)
  return {
    task: TEXT_TO_POSE,
    model: { groups: groups.map(({ language, config }) => ({ language, config })) },
    vocabularies: Object.fromEntries(groups.map(({ language, vocabulary }) => [language, vocabulary])),
    normalisation: Object.fromEntries(
      groups.map(({ language, config: _c, vocabulary: _v, normalisation, ...units }) => [language, { motions: normalisation, ...units }]),
    ),
  }
}

const oldGlossModel = z.looseObject({ source: z.unknown(), gloss: z.unknown() })

function glossContent(saved: unknown, path: string): SavedContent {
  const { source, gloss, ...model } = parsedAs(oldGlossModel, saved, 'the description of a model', path)
  return { task: TEXT_TO_GLOSS, model, vocabularies: { source, gloss } }
}
