import { Check, Download, TriangleAlert } from 'lucide-react'
import { type ComponentType, useState } from 'react'
import type { AnyExporter } from '../../shared/exporters/define.ts'
import { exporters } from '../../shared/exporters/registry.ts'
import type { Param } from '../../shared/layers/params.ts'
import { choose, type ExportOutcome, exportTo, proofSentence, useDeploy } from '../controller/deploy.ts'
import { useModel } from '../controller/model.ts'
import type { FieldProps } from '../inspector/fields/field.ts'
import { fields } from '../inspector/fields/fields.ts'
import { useRun } from '../store/runStore.ts'
import { useWhyNotTrain } from '../strips/useWhyNotTrain.ts'
import { Section } from './fields.tsx'

const worthOf = (trained: boolean, edited: boolean): string => {
  if (!trained) return 'This network is not trained yet: its weights are still random.'
  return edited ? 'Layers were changed since training: the weights of some may be random.' : 'The trained network, as files.'
}

/** Every format the network can be taken away in. */
export const Deploy = () => {
  const trained = useRun(s => s.trained)
  const edited = useModel(s => s.edited)
  return (
    <>
      <Section>
        <h3>Take it away</h3>
        <p className="side-note">{worthOf(trained, edited)}</p>
      </Section>
      {exporters.map(def => (
        <Exporter key={def.id} def={def} />
      ))}
    </>
  )
}

const Exporter = ({ def }: { def: AnyExporter }) => {
  const busy = useDeploy(s => s.busy)
  const outcome = useDeploy(s => s.outcomes[def.id])
  const running = useRun(s => s.status !== 'idle' && s.status !== 'paused')
  const broken = useWhyNotTrain()
  const reason = running ? 'Pause or stop the run first' : broken
  return (
    <Section title={def.title}>
      <p className="side-note">{def.doc}</p>
      {Object.entries(def.params as Readonly<Record<string, Param>>).map(([name, param]) => (
        <Choice key={name} format={def.id} name={name} param={param} />
      ))}
      <button
        type="button"
        className="button wide"
        disabled={busy !== null || reason !== null}
        title={reason ?? undefined}
        onClick={() => void exportTo(def)}
      >
        <Download size={13} aria-hidden="true" />
        {busy === def.id ? 'Exporting…' : 'Export…'}
      </button>
      {outcome && <Outcome outcome={outcome} />}
    </Section>
  )
}

/** One choice of a format, with the field of its kind. */
const Choice = ({ format, name, param }: { format: string; name: string; param: Param }) => {
  const value = useDeploy(s => s.choices[format]?.[name]) ?? param.default
  const [problem, setProblem] = useState<string | null>(null)
  const id = `export-${format}-${name}`
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
        onChange={next => choose(format, name, next)}
        onDone={() => undefined}
        onProblem={setProblem}
      />
      {problem && (
        <p className="param-problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  )
}

const Outcome = ({ outcome: { verified, where, issue } }: { outcome: ExportOutcome }) => (
  <div role="status">
    {verified && (
      <p className={verified.sameClass ? 'side-proof' : 'side-proof bad'}>
        {verified.sameClass ? <Check size={13} aria-hidden="true" /> : <TriangleAlert size={13} aria-hidden="true" />}
        {proofSentence(verified)}
      </p>
    )}
    {where && <p className="side-note">Written to {where}.</p>}
    {issue && <p className="side-wrong">{issue.message}</p>}
  </div>
)
