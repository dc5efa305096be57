import type { PairParam } from '../../../shared/layers/params.ts'
import type { FieldProps } from './field.ts'
import { TextValueField } from './TextValueField.tsx'

/** Two numbers, height and width: `5×5`; a single number stands for both. */
export const PairField = (props: FieldProps<PairParam>) => {
  const { min, max } = props.param
  const within = (n: number): number => Math.min(max, Math.max(min, n))
  return <TextValueField {...props} step={([h, w], by) => [within(h + by), within(w + by)]} />
}
