import type { ComponentType } from 'react'
import type { Param } from '../../../shared/layers/params.ts'
import { BoolField } from './BoolField.tsx'
import { ChoiceField } from './ChoiceField.tsx'
import { DimsField } from './DimsField.tsx'
import type { FieldProps } from './field.ts'
import { NumberField } from './NumberField.tsx'
import { PairField } from './PairField.tsx'

type FieldOf = { [K in Param['kind']]: ComponentType<FieldProps<Extract<Param, { kind: K }>>> }

/** The field of each kind of parameter; a new kind does not compile without one. */
export const fields: FieldOf = {
  int: NumberField as FieldOf['int'],
  float: NumberField as FieldOf['float'],
  bool: BoolField,
  choice: ChoiceField,
  pair: PairField,
  dims: DimsField,
}
