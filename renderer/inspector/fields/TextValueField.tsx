import { type KeyboardEvent, useRef, useState } from 'react'
import { formatParam, type Param, readParam } from '../../../shared/layers/params.ts'
import type { FieldProps } from './field.ts'

interface Props<P extends Param> extends FieldProps<P> {
  /** The value one step up or down, or null when this kind has no steps. */
  readonly step?: (value: P['default'], by: number) => P['default']
}

/** A value typed as text: taken while it is right, refused with a sentence while it is not; Escape brings back what was there. */
export const TextValueField = <P extends Param>({ id, name, param, value, onChange, onDone, onProblem, step }: Props<P>) => {
  const [draft, setDraft] = useState<string | null>(null)
  const [wrong, setWrong] = useState(false)
  const before = useRef(value)
  const refuse = (sentence: string | null): void => {
    setWrong(sentence !== null)
    onProblem(sentence)
  }
  const type = (text: string): void => {
    setDraft(text)
    const read = readParam(name, param, text)
    refuse(read.ok ? null : read.issues[0].message)
    if (read.ok) onChange(read.value as P['default'])
  }
  const finish = (): void => {
    setDraft(null)
    refuse(null)
    onDone()
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key]
    if (by && step) {
      event.preventDefault()
      type(formatParam(param, step(value, event.shiftKey ? by * 10 : by)))
    }
    if (event.key === 'Enter') {
      // What was entered stands; Escape afterwards only leaves the field.
      before.current = value
      finish()
    }
    if (event.key === 'Escape') {
      event.stopPropagation()
      onChange(before.current)
      finish()
      event.currentTarget.blur()
    }
  }
  return (
    <input
      id={id}
      className="field mono"
      inputMode={param.kind === 'int' ? 'numeric' : undefined}
      autoComplete="off"
      spellCheck={false}
      aria-invalid={wrong}
      aria-describedby={wrong ? `${id}-problem` : undefined}
      value={draft ?? formatParam(param, value)}
      onFocus={event => {
        before.current = value
        event.target.select()
      }}
      onChange={event => type(event.target.value)}
      onKeyDown={onKeyDown}
      onBlur={finish}
    />
  )
}
