import type { Category } from '../../shared/layers/define.ts'

/** The CSS colour of a layer group; unknown types are drawn in the faint text colour. */
export const colourOf = (category: Category | undefined): string => (category ? `var(--cat-${category})` : 'var(--text-3)')

/** Opaque colours of the three faces, lit from the front, on a ground. */
export const shades = (colour: string, ground: string): { readonly front: string; readonly top: string; readonly side: string } => ({
  front: `color-mix(in srgb, ${colour} 95%, ${ground})`,
  top: `color-mix(in srgb, ${colour} 60%, ${ground})`,
  side: `color-mix(in srgb, ${colour} 38%, ${ground})`,
})
