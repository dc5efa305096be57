import { type ComponentType, useState } from 'react'
import type { Param } from '../../shared/layers/params.ts'
import type { FieldProps } from './fields/field.ts'
import { fields } from './fields/fields.ts'

interface Props {
  /** DOM id of the control. */
  readonly id: string
  readonly name: string
  readonly param: Param
  readonly value: unknown
  /** Takes a checked value; changes until `onDone` belong together. */
  readonly onChange: (value: unknown) => void
  readonly onDone?: () => void
}

/** One parameter with its label and the field of its kind; what cannot be taken is said below. */
export const ParamField = ({ id, name, param, value, onChange, onDone }: Props) => {
  const [problem, setProblem] = useState<string | null>(null)
  // The table guarantees that kind and field fit; the compiler cannot follow it through the union.
  const Field = fields[param.kind] as ComponentType<FieldProps<Param>>
  return (
    <div className="param">
      <label id={`${id}-label`} htmlFor={id} title={param.help}>
        {param.label}
      </label>
      <Field
        id={id}
        name={name}
        param={param}
        value={value as Param['default']}
        onChange={onChange}
        onDone={() => onDone?.()}
        onProblem={setProblem}
      />
      {problem && (
        <p id={`${id}-problem`} className="param-problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  )
}
