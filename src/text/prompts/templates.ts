// What a language's prompts are made of.

/** Sentences with one `{sentence}` each. */
export interface PromptTemplates {
  /** How these templates say that they mean this sign language; prompt_language.ts knows other ways. */
  readonly name: RegExp
  /** Say which sign language is meant. */
  readonly named: readonly string[]
  /** Do not: a prompt made of one needs the language told beside it. */
  readonly unnamed: readonly string[]
}
