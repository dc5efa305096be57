import type { Formula } from '../layers/define.ts'
import type { ResolvedNode } from './resolved.ts'

/** The spelled-out calculations of a node; empty while its shape is not known or it is bypassed. */
export const formulasOf = ({ def, node, inputs, output, params }: ResolvedNode): readonly Formula[] => {
  if (!def || !output || node.bypassed) return []
  const accepted = def.input.accept(inputs)
  return accepted.ok ? def.formula(accepted.value, output, params) : []
}

/** The few values on the card, e.g. `20 · 5×5 · relu`; the type itself when it is not known. */
export const summaryOf = ({ def, node, params }: ResolvedNode): string => (def ? def.summary(params) : node.type)
