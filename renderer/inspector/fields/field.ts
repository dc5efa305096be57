import type { Param } from '../../../shared/layers/params.ts'

/** What a field for one kind of parameter gets. */
export interface FieldProps<P extends Param> {
  /** DOM id, for its label. */
  readonly id: string
  /** Key of the parameter in the layer's schema. */
  readonly name: string
  readonly param: P
  readonly value: P['default']
  /** Takes a checked value; changes until `onDone` are one undo step. */
  readonly onChange: (value: P['default']) => void
  readonly onDone: () => void
  /** Says why what was typed is not taken; null when it is. */
  readonly onProblem: (sentence: string | null) => void
}
