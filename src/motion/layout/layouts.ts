// All layouts, by name.

import { SignError } from '../../base/errors.js'
import type { Motion } from '../clip.js'
import { dwpose128 } from './dwpose_128.js'
import { holistic543 } from './holistic_543.js'
import { type Layout, type LayoutName, layoutNames } from './layout.js'
import { skeleton50 } from './skeleton_50.js'
import { slrtp178 } from './slrtp_178.js'

export const layouts: Readonly<Record<LayoutName, Layout>> = {
  'skeleton-50': skeleton50,
  'dwpose-128': dwpose128,
  'slrtp-178': slrtp178,
  'holistic-543': holistic543,
}

/** The layout of a name. Throws ERR_DATA naming `who` for one that nobody knows. */
export function layoutNamed(name: string, who: string): Layout {
  if (Object.hasOwn(layouts, name)) return layouts[name as LayoutName]
  throw new SignError('ERR_DATA', who, `wanted one of the layouts ${layoutNames.join(', ')}, got '${name}'`, 'Convert it to one of these')
}

/** The layout of a motion: 50 joints unless it says otherwise. */
export const layoutOfMotion = ({ layout }: Pick<Motion, 'layout'>): Layout => layouts[layout ?? 'skeleton-50']

/** A layout as what has the 50 joints by default says it: only where it is another. */
export const otherLayout = (layout: LayoutName): { readonly layout?: LayoutName } => (layout === 'skeleton-50' ? {} : { layout })

/** Whether a motion is of the 50 joints. */
export const isSkeleton = ({ layout }: Pick<Motion, 'layout'>): boolean => layout === undefined || layout === 'skeleton-50'
