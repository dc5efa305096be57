import { ChevronLeft, ChevronRight, Dices } from 'lucide-react'
import type { PartName } from '../../shared/data/prepared.ts'
import { METRICS, metrics } from '../../shared/engine/metrics.ts'
import type { DataSummary } from '../../shared/engine/protocol.ts'
import { evaluatePart, useEvaluation } from '../controller/evaluate.ts'
import { choosePart, firstPart, moveProbe, randomProbe } from '../controller/probe.ts'
import { useData } from '../store/dataStore.ts'
import { useProbe } from '../store/probeStore.ts'
import { useRun } from '../store/runStore.ts'
import { showPanel } from '../store/uiStore.ts'
import { figure, percent, whole } from '../ui/format.ts'
import { Confusion } from './Confusion.tsx'
import { Fact, Section } from './fields.tsx'
import { SampleStrip } from './SampleStrip.tsx'

const PARTS: readonly (readonly [PartName, string])[] = [
  ['train', 'Train'],
  ['validation', 'Validation'],
  ['test', 'Test'],
]

/** Which sample the network looks at, and how well it does on a whole part. */
export const Explore = () => {
  const summary = useData(s => s.summary)
  if (!summary) {
    return (
      <Section title="Explore">
        <p className="side-note">Samples of the data appear here once it is loaded, and how the network does on them.</p>
        <button type="button" className="button primary wide" onClick={() => showPanel('data')}>
          Show the data
        </button>
      </Section>
    )
  }
  return (
    <>
      <Chooser summary={summary} />
      <Evaluate summary={summary} />
    </>
  )
}

const Chooser = ({ summary }: { summary: DataSummary }) => {
  const input = useProbe(s => s.input)
  const label = useProbe(s => s.result?.label ?? null)
  const part = input?.kind === 'sample' ? input.part : firstPart(summary)
  const index = input?.kind === 'sample' ? input.index : null
  return (
    <Section title="Look at">
      <fieldset className="segments" aria-label="Part">
        {PARTS.map(([id, name]) => (
          <button
            key={id}
            type="button"
            aria-pressed={input?.kind === 'sample' && id === part}
            disabled={summary.counts[id] === 0}
            onClick={() => choosePart(id)}
          >
            {name}
          </button>
        ))}
      </fieldset>
      <SampleStrip summary={summary} part={part} index={index} />
      <div className="row chooser">
        <button type="button" className="button icon" aria-label="Previous sample" title="Previous sample" onClick={() => moveProbe(-1)}>
          <ChevronLeft size={15} aria-hidden="true" />
        </button>
        <button type="button" className="button icon" aria-label="Next sample" title="Next sample" onClick={() => moveProbe(1)}>
          <ChevronRight size={15} aria-hidden="true" />
        </button>
        <button type="button" className="button icon" aria-label="Random sample" title="Random sample" onClick={randomProbe}>
          <Dices size={14} aria-hidden="true" />
        </button>
        <span className="muted">
          {index === null ? 'your drawing' : <span className="mono">{`${whole(index + 1)} of ${whole(summary.counts[part])}`}</span>}
          {index !== null && label !== null && ` · ${summary.classes[label] ?? label}`}
        </span>
      </div>
    </Section>
  )
}

const Evaluate = ({ summary }: { summary: DataSummary }) => {
  const { busy, last, issue } = useEvaluation(s => s)
  const idle = useRun(s => s.status === 'idle')
  const part: PartName = firstPart(summary)
  const reason = idle ? null : 'Stop the run first'
  return (
    <Section title="How well it does">
      <button
        type="button"
        className="button wide"
        disabled={busy || !idle}
        title={reason ?? undefined}
        onClick={() => void evaluatePart(part)}
      >
        {busy ? 'Evaluating…' : `Evaluate on the ${part === 'train' ? 'training' : part} part`}
      </button>
      {issue && (
        <p className="side-wrong" role="alert">
          {issue.message}
        </p>
      )}
      {last && (
        <>
          <Fact name="Loss">{figure(last.evaluation.loss)}</Fact>
          {METRICS.map(id => {
            const value = last.evaluation.metrics[id]
            const { label, doc, share } = metrics[id]
            return value === undefined ? null : (
              <Fact key={id} name={label} title={doc}>
                {share ? percent(value, 2) : figure(value)}
              </Fact>
            )
          })}
          <Fact name="Samples">{whole(last.evaluation.count)}</Fact>
          {last.evaluation.confusion.length > 0 && <Confusion counts={last.evaluation.confusion} classes={summary.classes} />}
        </>
      )}
    </Section>
  )
}
