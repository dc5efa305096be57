import { type KeyboardEvent, type ReactNode, useId, useState } from 'react'

/** One titled part of the sidebar. */
export const Section = ({ title, children }: { title?: string; children: ReactNode }) => (
  <section className="side-section">
    {title && <h4>{title}</h4>}
    {children}
  </section>
)

/** A label and its control in one row, or one above the other. */
export const Row = ({ label, id, wide = false, children }: { label: string; id?: string; wide?: boolean; children: ReactNode }) => (
  <div className={wide ? 'side-row stacked' : 'side-row'}>
    <label htmlFor={id}>{label}</label>
    {children}
  </div>
)

interface NumberProps {
  readonly label: string
  readonly value: number
  readonly min: number
  readonly max: number
  readonly whole?: boolean
  readonly disabled?: boolean
  /** How the number is written, e.g. `1e-3`. */
  readonly text?: (value: number) => string
  /** Takes the number once it is final: on Enter, on leaving the field, or by an arrow key. */
  readonly onTake: (value: number) => void
  /** The next value for an arrow key; a step of 1 unless told. */
  readonly step?: (value: number, by: 1 | -1) => number
}

/** A number that is taken when it is finished, as one undo step; a wrong one is refused with its limits. */
export const NumberRow = ({ label, value, min, max, whole = false, disabled = false, text = String, onTake, step }: NumberProps) => {
  const id = useId()
  const [draft, setDraft] = useState<string | null>(null)
  const parse = (typed: string): number | null => {
    const n = typed.trim() === '' ? Number.NaN : Number(typed)
    return Number.isFinite(n) && n >= min && n <= max && (!whole || Number.isInteger(n)) ? n : null
  }
  const wrong = draft !== null && parse(draft) === null
  const finish = (): void => {
    const n = draft === null ? null : parse(draft)
    if (n !== null && n !== value) onTake(n)
    setDraft(null)
  }
  const key = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'Enter') finish()
    if (event.key === 'Escape') setDraft(null)
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
    event.preventDefault()
    const by = event.key === 'ArrowUp' ? 1 : -1
    const next = step ? step(value, by) : value + by
    setDraft(null)
    if (next >= min && next <= max) onTake(next)
  }
  return (
    <>
      <Row label={label} id={id}>
        <input
          id={id}
          className="field mono"
          inputMode="decimal"
          disabled={disabled}
          value={draft ?? text(value)}
          aria-invalid={wrong}
          onChange={e => setDraft(e.currentTarget.value)}
          onBlur={finish}
          onKeyDown={key}
        />
      </Row>
      {wrong && (
        <p className="side-wrong" role="alert">
          {whole ? 'A whole number' : 'A number'} from {min} to {max}.
        </p>
      )}
    </>
  )
}

interface TextProps {
  readonly label: string
  readonly value: string
  readonly placeholder: string
  readonly disabled?: boolean
  /** Takes the text once it is final: on Enter or on leaving the field. */
  readonly onTake: (value: string) => void
}

/** A text that is taken when it is finished, as one undo step. */
export const TextRow = ({ label, value, placeholder, disabled = false, onTake }: TextProps) => {
  const id = useId()
  const [draft, setDraft] = useState<string | null>(null)
  const finish = (): void => {
    if (draft !== null && draft !== value) onTake(draft)
    setDraft(null)
  }
  return (
    <Row label={label} id={id}>
      <input
        id={id}
        className="field mono"
        disabled={disabled}
        value={draft ?? value}
        placeholder={placeholder}
        onChange={e => setDraft(e.currentTarget.value)}
        onBlur={finish}
        onKeyDown={event => {
          if (event.key === 'Enter') finish()
          if (event.key === 'Escape') setDraft(null)
        }}
      />
    </Row>
  )
}

interface ChoiceProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly (readonly [T, string])[]
  readonly disabled?: boolean
  /** The label stands above, for long names. */
  readonly wide?: boolean
  readonly onTake: (value: T) => void
}

/** One of several named values. */
export const ChoiceRow = <T extends string>({ label, value, options, disabled = false, wide = false, onTake }: ChoiceProps<T>) => {
  const id = useId()
  return (
    <Row label={label} id={id} wide={wide}>
      <select
        id={id}
        className="field"
        disabled={disabled}
        value={value}
        onChange={e => {
          const chosen = options.find(([v]) => v === e.currentTarget.value)
          if (chosen) onTake(chosen[0])
        }}
      >
        {options.map(([v, name]) => (
          <option key={v} value={v}>
            {name}
          </option>
        ))}
      </select>
    </Row>
  )
}

/** A name and a number that cannot be changed here. */
export const Fact = ({ name, title, children }: { name: string; title?: string; children: ReactNode }) => (
  <div className="side-fact" title={title}>
    <span>{name}</span>
    <span className="mono">{children}</span>
  </div>
)
