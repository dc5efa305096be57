import { ChevronLeft, ChevronRight } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { PartName } from '../../../shared/data/prepared.ts'
import type { DataSummary, SampleSheet } from '../../../shared/engine/protocol.ts'
import { cancelData, ensureData, isAtHand, notLoadedSentence } from '../../controller/data.ts'
import { call } from '../../controller/engine.ts'
import { firstPart, watch } from '../../controller/probe.ts'
import { isLoaded, useData } from '../../store/dataStore.ts'
import { useProbe } from '../../store/probeStore.ts'
import { useProject } from '../../store/projectStore.ts'
import { whole } from '../../ui/format.ts'
import './data.css'
import { ImageSheet } from './ImageSheet.tsx'
import { PointSheet } from './PointSheet.tsx'
import { TableSheet } from './TableSheet.tsx'

/** Samples on one page. */
const PAGE = { image: 160, points: 2000, table: 100 } as const
export const PART_LABELS: Record<PartName, string> = { train: 'Train', validation: 'Validation', test: 'Test' }
const PARTS: readonly PartName[] = ['train', 'validation', 'test']

/** Real samples with their labels, part by part. */
export const DataPanel = () => {
  const summary = useData(s => s.summary)
  const source = useProject(s => s.project.data.source)
  useEffect(() => {
    if (isAtHand(source)) void ensureData()
  }, [source])
  const loaded = useProject(s => isLoaded(s.project))
  return summary && loaded ? <Samples key={summary.hash} summary={summary} /> : <NothingYet source={source} />
}

const NothingYet = ({ source }: { source: string }) => {
  const loading = useData(s => s.loading)
  const issue = useData(s => s.issue)
  return (
    <div className="empty">
      <p role={issue ? 'alert' : undefined}>{loading ? loading.what : notLoadedSentence(source, issue)}</p>
      {loading ? (
        <button type="button" className="button" onClick={cancelData}>
          Cancel
        </button>
      ) : (
        <button type="button" className="button primary" onClick={() => void ensureData()}>
          Load the data
        </button>
      )}
    </div>
  )
}

/** One page of a part; null while it is fetched. */
const useSheet = (part: PartName, start: number, count: number): SampleSheet | null => {
  const [sheet, setSheet] = useState<SampleSheet | null>(null)
  useEffect(() => {
    let alive = true
    void call('samples', { part, start, count }).then(answer => {
      if (alive) setSheet(answer.ok ? answer.value : null)
    })
    return () => {
      alive = false
    }
  }, [part, start, count])
  return sheet
}

const Samples = ({ summary }: { summary: DataSummary }) => {
  const [part, setPart] = useState<PartName>(summary.counts.train > 0 ? 'train' : firstPart(summary))
  const [page, setPage] = useState(0)
  const size = PAGE[summary.kind]
  const total = summary.counts[part]
  const pages = Math.max(1, Math.ceil(total / size))
  const start = page * size
  const sheet = useSheet(part, start, Math.min(size, total - start))
  const picked = useProbe(s => (s.input?.kind === 'sample' && s.input.part === part ? s.input.index : null))
  const pick = (index: number): void => watch({ kind: 'sample', part, index })
  const turn = (to: number): void => setPage(Math.max(0, Math.min(pages - 1, to)))
  return (
    <div className="samples">
      <div className="row samples-bar">
        <fieldset className="segments" aria-label="Part">
          {PARTS.map(p => (
            <button
              key={p}
              type="button"
              aria-pressed={p === part}
              disabled={summary.counts[p] === 0}
              onClick={() => {
                setPart(p)
                setPage(0)
              }}
            >
              {PART_LABELS[p]} <span className="mono faint">{whole(summary.counts[p])}</span>
            </button>
          ))}
        </fieldset>
        <span className="faint samples-hint">Click a sample to look at it in the network</span>
        <button type="button" className="button quiet icon" disabled={page === 0} onClick={() => turn(page - 1)} aria-label="Previous page">
          <ChevronLeft size={15} aria-hidden="true" />
        </button>
        <span className="mono muted">
          {whole(Math.min(total, start + 1))}–{whole(Math.min(total, start + size))} of {whole(total)}
        </span>
        <button
          type="button"
          className="button quiet icon"
          disabled={page >= pages - 1}
          onClick={() => turn(page + 1)}
          aria-label="Next page"
        >
          <ChevronRight size={15} aria-hidden="true" />
        </button>
      </div>
      <div className="samples-body">
        {sheet && sheet.part === part && <Sheet summary={summary} sheet={sheet} picked={picked} onPick={pick} />}
      </div>
    </div>
  )
}

export interface SheetProps {
  readonly summary: DataSummary
  readonly sheet: SampleSheet
  /** Index within the part of the sample that is looked at. */
  readonly picked: number | null
  readonly onPick: (index: number) => void
}

const Sheet = (props: SheetProps) => {
  if (props.summary.kind === 'image') return <ImageSheet {...props} />
  return props.summary.kind === 'points' ? <PointSheet {...props} /> : <TableSheet {...props} />
}
