import type { LucideIcon } from 'lucide-react'
import type { ComponentType } from 'react'

/** One tab of the dock. */
export interface PanelDef {
  readonly id: string
  /** Sentence case, e.g. "Feature maps". */
  readonly title: string
  readonly icon: LucideIcon
  /** Place in the tab row. */
  readonly order: number
  readonly View: ComponentType
  /** A hook that counts something worth a badge (problems); 0 shows none. */
  readonly useBadge?: () => number
}

/** Declares a panel; its folder's index.ts exports it under the folder's name. */
export const definePanel = (panel: PanelDef): PanelDef => panel
