// The pseudo-glosses of clips, and in which frames each is signed.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { missingAnalyser } from '../../data/pseudo_gloss/analyser.testing.js'
import { PseudoGlossClasses } from '../../text/pseudo_gloss/classes.js'
import type { SignedClip } from '../../train/signed_clips.js'
import { spansOf } from './evaluate.js'
import { itemMaker } from './items.js'

/** A clip whose words are signed one after the other, four frames each. */
function clipOf(language: string, text: string): SignedClip {
  const spans = text.split(' ').map((_, i) => ({ first: 4 * i, end: 4 * i + 4 }))
  return { name: text, language, text, gloss: '', frames: 4 * spans.length, fps: 25, values: new Float32Array(0), spans }
}

/** Each item with its frames. */
async function placesOf(clip: SignedClip, items: string): Promise<string[]> {
  const [found] = await (await itemMaker({ items, spoken: null }))([clip])
  return found!.itemSpans!.map(({ item, first, end }) => `${item} ${first}-${end}`)
}

it('words are their own items, each where it is signed, as often as it is', async () => {
  expect(await placesOf(clipOf('GSL', 'Regen und regen'), 'words')).toEqual(['regen 0-4', 'und 4-8', 'regen 8-12'])
})

it('items out of a file are where a word is that item, nowhere else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'signllm-items-'))
  const file = join(folder, 'items.tsv')
  await writeFile(file, 'es regnet heute\tregen\theute\n')
  expect(await placesOf(clipOf('GSL', 'es regnet heute'), file)).toEqual(['heute 8-12'])
  await rm(folder, { recursive: true })
})

it('a clip of which nobody knows when what is signed has items alone', async () => {
  const { spans: _, ...clip } = clipOf('GSL', 'regen')
  expect(await (await itemMaker({ items: 'words', spoken: null }))([clip])).toEqual([{ items: ['regen'] }])
})

const missing = { de: await missingAnalyser('de'), en: await missingAnalyser('en') }

it.skipIf(missing.de)(
  `content words of German are in base form where their forms are signed${missing.de ? `: ${missing.de}` : ''}`,
  async () => {
    expect(await placesOf(clipOf('GSL', 'morgen schneit es in den wolken'), 'content')).toEqual([
      'morgen 0-4',
      'schneien 4-8',
      'es 8-12',
      'wolke 20-24',
    ])
  },
)

it.skipIf(missing.en)(`and so are those of English${missing.en ? `: ${missing.en}` : ''}`, async () => {
  expect(await placesOf(clipOf('ASL', 'it rained in the mountains'), 'content')).toEqual(['it 0-4', 'rain 4-8', 'mountain 16-20'])
})

it('only targets are looked for: what nearly every sentence has, and what has no class, is nowhere', async () => {
  const texts = ['es regnet', 'es schneit', 'es stürmt']
  const clips = texts.map((text) => clipOf('GSL', text))
  const items = await (await itemMaker({ items: 'words', spoken: null }))([...clips, clipOf('GSL', 'es hagelt')])
  const classes = PseudoGlossClasses.build(clips.map(({ text }, i) => ({ text, items: items[i]!.items })))
  expect(spansOf(items[0]!, classes)).toEqual([{ class: classes.idOf('regnet'), first: 4, end: 8 }])
  expect(spansOf(items[3]!, classes)).toEqual([])
})
