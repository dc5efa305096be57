import { Check, ChevronRight, Download, TriangleAlert, X } from 'lucide-react'
import type { AnyExporter } from '../../shared/exporters/define.ts'
import type { ParamSchema } from '../../shared/layers/params.ts'
import {
  cancelExport,
  choicesOf,
  choose,
  type ExportOutcome,
  exportTo,
  proofSentence,
  toggleOpen,
  useDeploy,
} from '../controller/deploy.ts'
import { ParamField } from '../inspector/ParamField.tsx'
import { bytes, percent } from '../ui/format.ts'

interface Props {
  readonly def: AnyExporter
  /** Why this cannot be exported now; null when it can. */
  readonly reason: string | null
}

/** One format: its name and a button; unfolded, what it is for and what can be chosen; below, how the last export went. */
export const ExportRow = ({ def, reason }: Props) => {
  const busy = useDeploy(s => s.busy)
  const open = useDeploy(s => s.open.includes(def.id))
  const outcome = useDeploy(s => s.outcomes[def.id])
  const id = `export-${def.id}`
  return (
    <li className="export">
      <div className="export-head">
        <button type="button" className="export-name" aria-expanded={open} aria-controls={id} onClick={() => toggleOpen(def.id)}>
          <ChevronRight size={13} aria-hidden="true" />
          <span>{def.title}</span>
        </button>
        <button
          type="button"
          className="button icon export-go"
          aria-label={`Export ${def.title}`}
          title={reason ?? `Export ${def.title}`}
          disabled={busy !== null || reason !== null}
          onClick={() => void exportTo(def)}
        >
          <Download size={14} aria-hidden="true" />
        </button>
      </div>
      {open && (
        <div id={id} className="export-body">
          <p className="side-note">{def.doc}</p>
          <Choices def={def} />
        </div>
      )}
      <div role="status" className="export-said">
        {busy === def.id ? <Working /> : outcome && <Outcome outcome={outcome} />}
      </div>
    </li>
  )
}

/** The fields of a format's choices. */
const Choices = ({ def }: { def: AnyExporter }) => {
  const chosen = useDeploy(s => s.choices[def.id])
  const values = choicesOf(def, chosen)
  return Object.entries(def.params as ParamSchema).map(([name, param]) => (
    <ParamField
      key={name}
      id={`export-${def.id}-${name}`}
      name={name}
      param={param}
      value={values[name]}
      onChange={value => choose(def.id, name, value)}
    />
  ))
}

const Working = () => (
  <div className="export-working">
    <progress aria-label="Exporting" />
    <button type="button" className="button quiet icon" aria-label="Cancel the export" title="Cancel" onClick={cancelExport}>
      <X size={13} aria-hidden="true" />
    </button>
  </div>
)

const Outcome = ({ outcome: { verified, sizes, where, issue } }: { outcome: ExportOutcome }) => (
  <>
    {where && (
      <p className="export-where">
        <Check size={13} aria-hidden="true" />
        <span>
          {where}
          <span className="mono export-sizes">
            {sizes.map(({ path, bytes: n }) => (sizes.length === 1 ? bytes(n) : `${path} ${bytes(n)}`)).join(', ')}
          </span>
        </span>
      </p>
    )}
    {verified && <Proof {...verified} />}
    {issue && (
      <p className="export-where bad">
        <TriangleAlert size={13} aria-hidden="true" />
        <span>{issue.message}</span>
      </p>
    )}
  </>
)

/** How the files were proven, and what rounding cost. */
const Proof = (verified: NonNullable<ExportOutcome['verified']>) => {
  const { accuracy, rounded } = verified
  return (
    <>
      <p className="export-proof">{proofSentence(verified)}</p>
      {rounded && (
        <p className="export-proof">
          {accuracy
            ? `Accuracy on ${accuracy.samples} held-out samples: ${percent(accuracy.before, 2)} before rounding, ${percent(accuracy.after, 2)} after`
            : 'A difference is expected, for the weights are rounded.'}
        </p>
      )}
    </>
  )
}
