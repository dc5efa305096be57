import { Snowflake } from 'lucide-react'
import { frozenCounts } from '../../shared/graph/transfer.ts'
import { sourceTitle } from '../controller/data.ts'
import { useData } from '../store/dataStore.ts'
import { useProject, useResolved } from '../store/projectStore.ts'
import { bytes, short, whole } from '../ui/format.ts'

/** Size and cost of the network, and the data it learns from. */
export const StatusBar = () => {
  const resolved = useResolved()
  const { totals } = resolved
  const batch = useProject(s => s.project.training.batchSize)
  const { frozen, layers } = frozenCounts(resolved)
  const untrained = totals.parameters - totals.trainable - frozen
  return (
    <footer className="statusbar">
      <span>{totals.layers === 1 ? '1 layer' : `${whole(totals.layers)} layers`}</span>
      <span className="mono" data-testid="total-parameters">
        {whole(totals.parameters)} parameters
      </span>
      {frozen > 0 && (
        <span className="mono status-frozen" data-testid="frozen-parameters">
          {whole(totals.trainable)} trainable · <Snowflake size={10} aria-hidden="true" /> {whole(frozen)} frozen in{' '}
          {layers === 1 ? '1 layer' : `${layers} layers`}
        </span>
      )}
      {untrained > 0 && <span className="mono status-optional">{whole(untrained)} not trained</span>}
      <span className="mono status-optional">{short(totals.multiplyAdds)} multiply–adds</span>
      <span className="mono status-optional" title="An estimate: weights, gradients, optimizer slots and activations of one batch">
        ≈ {bytes(totals.trainingBytes)} while training at batch {batch}
      </span>
      <DataLine />
    </footer>
  )
}

const DataLine = () => {
  const summary = useData(s => s.summary)
  if (!summary) return <span className="status-right faint">No data loaded yet</span>
  const { train, validation, test } = summary.counts
  return (
    <span className="status-right">
      {sourceTitle(summary.source)} · {whole(train)} train · {whole(validation)} validation · {whole(test)} test
    </span>
  )
}
