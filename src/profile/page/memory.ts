// The memory plan as pictures: who lives in which slot, from which dispatch to which.

import { counted } from '../../base/counted.js'
import { scrolling } from '../../outputs/html_page.js'
import { escapeMarkup } from '../../outputs/markup.js'
import { type MemoryPlan, mebibytes, type ProgramMemory, total, unshared } from '../memory_plan.js'
import { type Hues, partOf } from './hues.js'

const [WIDTH, HEIGHT] = [1100, 300]
const BOTTOM = 22

/** Arenas as a table, then each program's slots; empty without a plan. */
export function memorySection({ arenas, programs }: MemoryPlan, hues: Hues): string {
  if (programs.length === 0) return ''
  const largest = Math.max(...arenas.map(({ bytes }) => bytes))
  const rows = arenas.map(
    ({ name, bytes }) =>
      `<tr><td>${escapeMarkup(name)}</td><td>${mebibytes(bytes)}</td><td class="bar"><i style="width: ${((100 * bytes) / largest).toFixed(1)}%"></i></td></tr>`,
  )
  return [
    '<section><h2>Memory plan</h2>',
    scrolling('Weights and optimiser state', `<table><tr><th>buffer</th><th>size</th><th></th></tr>${rows.join('')}</table>`),
    ...programs.map((program) => slotsFigure(program, hues)),
    hues.legend(),
    '</section>',
  ].join('\n')
}

function slotsFigure(program: ProgramMemory, hues: Hues): string {
  const { name, slots, tensors, dispatches } = program
  const bytes = total(slots)
  const height = HEIGHT - BOTTOM
  const order = slots.map((_, slot) => slot).sort((a, b) => slots[b]! - slots[a]!)
  const top = new Map<number, number>()
  let y = 0
  for (const slot of order) {
    top.set(slot, y)
    y += (height * slots[slot]!) / bytes
  }
  const across = (dispatch: number) => (WIDTH * Math.max(0, Math.min(dispatches, dispatch))) / dispatches
  const boxes = tensors.map((tensor) => {
    const [from, to] = [across(tensor.first), across(tensor.last + 1)]
    const tall = (height * tensor.bytes) / bytes
    const told = `${tensor.name}: ${mebibytes(tensor.bytes)} in buffer ${tensor.slot}, dispatch ${tensor.first} to ${tensor.last}`
    return `<rect x="${from.toFixed(1)}" y="${top.get(tensor.slot)!.toFixed(2)}" width="${Math.max(1, to - from - 0.5).toFixed(1)}" height="${Math.max(0.4, tall - 0.3).toFixed(2)}" fill="var(${hues.of(partOf(tensor.name))})"><title>${escapeMarkup(told)}</title></rect>`
  })
  const note = `<p class="soft">${escapeMarkup(name)}: ${counted(tensors.length, 'tensor')} (${mebibytes(unshared(program))}) share ${counted(slots.length, 'buffer')} (${mebibytes(bytes)}). Each box is a tensor: its height is its size, from left to right it is in use</p>`
  const picture = [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Activation buffers of ${escapeMarkup(name)}">`,
    ...boxes,
    `<text x="0" y="${HEIGHT - 6}">first dispatch</text><text x="${WIDTH}" y="${HEIGHT - 6}" text-anchor="end">dispatch ${dispatches}</text>`,
    '</svg>',
  ].join('\n')
  return `${note}\n${scrolling(`Activation buffers of ${name}`, picture)}`
}
