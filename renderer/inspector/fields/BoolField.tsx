import type { BoolParam } from '../../../shared/layers/params.ts'
import type { FieldProps } from './field.ts'

/** On or off. */
export const BoolField = ({ id, value, onChange, onDone }: FieldProps<BoolParam>) => (
  <button
    id={id}
    type="button"
    role="switch"
    aria-checked={value}
    aria-labelledby={`${id}-label`}
    className="switch"
    onClick={() => {
      onChange(!value)
      onDone()
    }}
  />
)
