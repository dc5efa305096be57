import { useRef } from 'react'
import type { Param } from '../../shared/layers/params.ts'
import { edit } from '../canvas/edits.ts'
import { endGesture } from '../store/projectStore.ts'
import { ParamField } from './ParamField.tsx'

interface Props {
  readonly node: string
  readonly name: string
  readonly param: Param
  readonly value: unknown
}

let gestures = 0

/** One parameter of a layer; what is typed until the field is left is one undo step. */
export const ParamRow = ({ node, name, param, value }: Props) => {
  const gesture = useRef<string | null>(null)
  return (
    <ParamField
      id={`param-${node}-${name}`}
      name={name}
      param={param}
      value={value}
      onChange={next => {
        gesture.current ??= `param-${++gestures}`
        edit.setParams(node, { [name]: next }, `Change ${param.label.toLowerCase()}`, gesture.current)
      }}
      onDone={() => {
        if (gesture.current) endGesture()
        gesture.current = null
      }}
    />
  )
}
