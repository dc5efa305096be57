import { useEffect, useRef } from 'react'
import { rename } from './actions.ts'

/** Types a new name for a card; Enter or leaving takes it, Escape does not. */
export const NameField = ({ id, name, onDone }: { id: string; name: string; onDone: () => void }) => {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    field.current?.focus()
    field.current?.select()
  }, [])
  const done = useRef(false)
  const finish = (take: boolean): void => {
    if (done.current) return
    done.current = true
    if (take && field.current) rename(id, field.current.value)
    onDone()
  }
  return (
    <input
      ref={field}
      className="card-rename nodrag nopan"
      aria-label="Name of the layer"
      maxLength={200}
      defaultValue={name}
      onBlur={() => finish(true)}
      onKeyDown={event => {
        event.stopPropagation()
        if (event.key === 'Enter') finish(true)
        if (event.key === 'Escape') finish(false)
      }}
    />
  )
}
