import type { ChoiceParam } from '../../../shared/layers/params.ts'
import type { FieldProps } from './field.ts'

/** Up to so many values stand side by side; more become a list. */
const SIDE_BY_SIDE = 3

/** One of several values. */
export const ChoiceField = ({ id, param, value, onChange, onDone }: FieldProps<ChoiceParam<string>>) => {
  const take = (chosen: string): void => {
    onChange(chosen)
    onDone()
  }
  if (param.values.length > SIDE_BY_SIDE)
    return (
      <select id={id} className="field" value={value} onChange={event => take(event.target.value)}>
        {param.values.map(v => (
          <option key={v}>{v}</option>
        ))}
      </select>
    )
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot lie in the row of its label
    <div className="segments" role="group" aria-labelledby={`${id}-label`}>
      {param.values.map(v => (
        <button key={v} type="button" aria-pressed={v === value} onClick={() => take(v)}>
          {v}
        </button>
      ))}
    </div>
  )
}
