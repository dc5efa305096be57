import { ChevronDown, ChevronUp } from 'lucide-react'
import { type PointerEvent, useRef } from 'react'
import type { FieldProps } from './field.ts'
import { type NumberParam, stepped } from './stepped.ts'
import { TextValueField } from './TextValueField.tsx'

/** Pixels of a drag for one step. */
const DRAG = 5

/** A number: typed, stepped with the arrow keys (Shift: ten steps) or by dragging the arrows up and down. */
export const NumberField = (props: FieldProps<NumberParam>) => {
  const { param, value, onChange, onDone } = props
  const drag = useRef<{ y: number; value: number; moved: boolean } | null>(null)
  const start = (event: PointerEvent<HTMLSpanElement>): void => {
    event.preventDefault()
    event.currentTarget.setPointerCapture(event.pointerId)
    drag.current = { y: event.clientY, value, moved: false }
  }
  const move = (event: PointerEvent): void => {
    const from = drag.current
    if (!from) return
    const by = Math.trunc((from.y - event.clientY) / DRAG)
    if (by === 0 && !from.moved) return
    from.moved = true
    onChange(stepped(param, from.value, by))
  }
  const end = (event: PointerEvent<HTMLSpanElement>): void => {
    const from = drag.current
    drag.current = null
    if (!from) return
    const { top, height } = event.currentTarget.getBoundingClientRect()
    if (!from.moved) onChange(stepped(param, value, event.clientY < top + height / 2 ? 1 : -1))
    onDone()
  }
  return (
    <span className="number-field">
      <TextValueField {...props} step={(v, by) => stepped(param, v, by)} />
      <span
        className="number-arrows"
        title="Click or drag up and down"
        aria-hidden="true"
        onPointerDown={start}
        onPointerMove={move}
        onPointerUp={end}
        onPointerCancel={() => {
          drag.current = null
          onDone()
        }}
      >
        <ChevronUp size={10} />
        <ChevronDown size={10} />
      </span>
    </span>
  )
}
