import { ChevronLeft, ChevronRight } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { augments } from '../../../shared/data/prepare/augment.ts'
import type { PartName } from '../../../shared/data/prepared.ts'
import type { DataSummary, EngineCalls, SampleSheet } from '../../../shared/engine/protocol.ts'
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

/** One page of a part, its pictures as they are or as in some epoch of training; null while it is fetched. */
const useSheet = (part: PartName, start: number, count: number, changed: Changed | null): SampleSheet | null => {
  const [sheet, setSheet] = useState<SampleSheet | null>(null)
  useEffect(() => {
    let alive = true
    void call('samples', { part, start, count, ...(changed ? { changed } : {}) }).then(answer => {
      if (alive) setSheet(answer.ok ? answer.value : null)
    })
    return () => {
      alive = false
    }
  }, [part, start, count, changed])
  return sheet
}

type Changed = NonNullable<EngineCalls['samples']['args']['changed']>

/** Whether training pictures are shown as some epoch changes them (0: as they are), where the project changes any. */
const useChanged = (summary: DataSummary, part: PartName) => {
  const augment = useProject(s => s.project.data.augment)
  const seed = useProject(s => s.project.training.seed)
  const [wanted, setEpoch] = useState(1)
  const possible = part === 'train' && summary.kind === 'image' && augments(augment)
  const epoch = possible ? wanted : null
  const changed = useMemo((): Changed | null => (epoch ? { augment, seed, epoch } : null), [augment, seed, epoch])
  return { changed, epoch, setEpoch }
}

/** Shows pictures as they are, or as an epoch of training sees them. */
const EpochChooser = ({ epoch, onChoose }: { epoch: number; onChoose: (epoch: number) => void }) => (
  <>
    <fieldset className="segments" aria-label="Training pictures">
      <button type="button" aria-pressed={epoch === 0} onClick={() => onChoose(0)}>
        As they are
      </button>
      <button type="button" aria-pressed={epoch > 0} onClick={() => onChoose(Math.max(1, epoch))}>
        As trained
      </button>
    </fieldset>
    {epoch > 0 && (
      <button
        type="button"
        className="button small"
        title="The same pictures as the next epoch sees them"
        onClick={() => onChoose(epoch + 1)}
      >
        Epoch <span className="mono">{epoch}</span>
        <ChevronRight size={13} aria-hidden="true" />
      </button>
    )}
  </>
)

const Samples = ({ summary }: { summary: DataSummary }) => {
  const [part, setPart] = useState<PartName>(summary.counts.train > 0 ? 'train' : firstPart(summary))
  const [page, setPage] = useState(0)
  const size = PAGE[summary.kind]
  const total = summary.counts[part]
  const pages = Math.max(1, Math.ceil(total / size))
  const start = page * size
  const { changed, epoch, setEpoch } = useChanged(summary, part)
  const sheet = useSheet(part, start, Math.min(size, total - start), changed)
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
        {epoch !== null && <EpochChooser epoch={epoch} onChoose={setEpoch} />}
        <span className="faint samples-hint">{epoch === null && 'Click a sample to look at it in the network'}</span>
        <span className="row">
          <button
            type="button"
            className="button quiet icon"
            disabled={page === 0}
            onClick={() => turn(page - 1)}
            aria-label="Previous page"
          >
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
        </span>
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
