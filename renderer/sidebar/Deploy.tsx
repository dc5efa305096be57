import type { AnyExporter } from '../../shared/exporters/define.ts'
import { exporters } from '../../shared/exporters/registry.ts'
import { useModel } from '../controller/model.ts'
import { useResolved } from '../store/projectStore.ts'
import { useRun } from '../store/runStore.ts'
import { ExportRow } from './ExportRow.tsx'
import './deploy.css'

const worthOf = (trained: boolean, edited: boolean): string => {
  if (!trained) return 'This network is not trained yet: its weights are still random.'
  return edited
    ? 'Layers were changed since training: the weights of some may be random.'
    : 'With its weights; each file is read back and compared before it is written.'
}

/** Why the trained network cannot be exported now, as a sentence; null when it can. */
const useWhyNotExport = (): string | null => {
  const idle = useRun(s => s.status === 'idle')
  const { issues, nodes } = useResolved()
  if (!idle) return 'Stop the run first: its weights still change.'
  if (nodes.size === 0) return 'The canvas is empty: add an Input and layers first.'
  return issues.find(i => i.severity === 'error')?.message ?? null
}

const sorted = (defs: readonly AnyExporter[]): AnyExporter[] => [...defs].sort((a, b) => a.title.localeCompare(b.title))

const Formats = ({ title, note, warn = false, defs, reason }: GroupProps) => (
  <section className="side-section" aria-label={title}>
    <h4>{title}</h4>
    <p className={warn ? 'side-note warn' : 'side-note'}>{note}</p>
    <ul className="exports">
      {sorted(defs).map(def => (
        <ExportRow key={def.id} def={def} reason={reason} />
      ))}
    </ul>
  </section>
)

interface GroupProps {
  readonly title: string
  readonly note: string
  readonly warn?: boolean
  readonly defs: readonly AnyExporter[]
  /** Why none of these can be exported now. */
  readonly reason: string | null
}

/** Every format the network can be taken away in: with its weights, or as drawn. */
export const Deploy = () => {
  const trained = useRun(s => s.trained)
  const edited = useModel(s => s.edited)
  const reason = useWhyNotExport()
  return (
    <>
      <Formats
        title="The network to run elsewhere"
        note={reason ?? worthOf(trained, edited)}
        warn={reason !== null || !trained || edited}
        defs={exporters.filter(def => def.needsWeights)}
        reason={reason}
      />
      <Formats
        title="Code, pictures and tables"
        note="Made of the network as drawn; weights are not needed."
        defs={exporters.filter(def => !def.needsWeights)}
        reason={null}
      />
    </>
  )
}
