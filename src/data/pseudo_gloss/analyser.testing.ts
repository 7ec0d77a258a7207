import { SignError } from '../../base/errors.js'
import { analysers } from './analyser.js'
import type { AnalysedLanguage } from './languages.js'

/** Why there is no analyser of a language here: the optional package that is not installed. Undefined where there is one. */
export async function missingAnalyser(language: AnalysedLanguage): Promise<string | undefined> {
  try {
    await analysers[language]()
    return undefined
  } catch (error) {
    if (error instanceof SignError && error.code === 'ERR_CONFIG') return error.message
    throw error
  }
}
