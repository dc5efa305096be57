import type { DimsParam } from '../../../shared/layers/params.ts'
import type { FieldProps } from './field.ts'
import { TextValueField } from './TextValueField.tsx'

/** A shape: `28×28×1`, typed with ×, x, commas or spaces. */
export const DimsField = (props: FieldProps<DimsParam>) => <TextValueField {...props} />
