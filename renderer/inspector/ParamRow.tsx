import { type ComponentType, useRef, useState } from 'react'
import type { Param } from '../../shared/layers/params.ts'
import { edit } from '../canvas/edits.ts'
import { endGesture } from '../store/projectStore.ts'
import type { FieldProps } from './fields/field.ts'
import { fields } from './fields/fields.ts'

interface Props {
  readonly node: string
  readonly name: string
  readonly param: Param
  readonly value: unknown
}

let gestures = 0

/** One parameter with its label; what is typed until the field is left is one undo step. */
export const ParamRow = ({ node, name, param, value }: Props) => {
  const [problem, setProblem] = useState<string | null>(null)
  const gesture = useRef<string | null>(null)
  const id = `param-${node}-${name}`
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
        onChange={next => {
          gesture.current ??= `param-${++gestures}`
          edit.setParams(node, { [name]: next }, `Change ${param.label.toLowerCase()}`, gesture.current)
        }}
        onDone={() => {
          if (gesture.current) endGesture()
          gesture.current = null
        }}
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
