import { lisCh } from './lis_ch.js'
import { templateNames } from './names.js'
import type { PromptTemplates } from './templates.js'

/** Italian, for Italian Sign Language: as for that of Italian-speaking Switzerland, under its own name. */
export const lis: PromptTemplates = {
  name: templateNames.LIS,
  named: lisCh.named.map((template) =>
    template
      .replace(/lingua dei segni (della Svizzera italiana|del Ticino)/, 'lingua dei segni italiana')
      .replace('LIS svizzera', 'LIS')
      .replace('Lugano', 'Roma'),
  ),
  unnamed: lisCh.unnamed,
}
