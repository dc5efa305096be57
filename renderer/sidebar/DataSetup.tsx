import { FolderOpen } from 'lucide-react'
import { datasets } from '../../shared/data/catalogue.ts'
import type { DatasetDef } from '../../shared/data/define.ts'
import { IDX_PREFIX } from '../../shared/data/idx.ts'
import { classesText, parseClasses } from '../../shared/data/prepare/classes.ts'
import type { DataSummary } from '../../shared/engine/protocol.ts'
import { dims } from '../../shared/layers/shape.ts'
import { cancelData, changeData, chooseSource, ensureData, notLoadedSentence, openLocalData } from '../controller/data.ts'
import { isLoaded, useData } from '../store/dataStore.ts'
import { endGesture, useProject } from '../store/projectStore.ts'
import { useRun } from '../store/runStore.ts'
import { showPanel } from '../store/uiStore.ts'
import { bytes, percent, whole } from '../ui/format.ts'
import { AugmentSetup } from './AugmentSetup.tsx'
import { ChoiceRow, Fact, NumberRow, Section, TextRow } from './fields.tsx'

/** Which data the network learns from, and how it is split and normalised. */
export const DataSetup = () => {
  const idle = useRun(s => s.status === 'idle')
  return (
    <>
      <Sources idle={idle} />
      <Loaded />
      <Preparation idle={idle} />
      <AugmentSetup idle={idle} />
    </>
  )
}

const sizeOf = ({ downloads, origin, count }: DatasetDef): string => {
  const total = downloads.reduce((sum, d) => sum + d.bytes, 0)
  return `${whole(count)} · ${total > 0 ? `download ${bytes(total)}` : origin === 'generated' ? 'generated' : 'built in'}`
}

const Sources = ({ idle }: { idle: boolean }) => {
  const source = useProject(s => s.project.data.source)
  return (
    <Section title="Data">
      {!idle && <p className="side-note">Stop the run to change its data.</p>}
      <div className="sources">
        {datasets.map(def => (
          <Source key={def.id} def={def} chosen={def.id === source} disabled={!idle} />
        ))}
        {source.startsWith(IDX_PREFIX) && (
          <div className="data-source" aria-current="true">
            <b>{source.slice(IDX_PREFIX.length) || 'Local files'}</b>
            <small>IDX files from this computer</small>
          </div>
        )}
      </div>
      <button type="button" className="button wide" disabled={!idle} onClick={() => void openLocalData()}>
        <FolderOpen size={13} aria-hidden="true" />
        Open IDX files…
      </button>
      <Progress />
    </Section>
  )
}

const Source = ({ def, chosen, disabled }: { def: DatasetDef; chosen: boolean; disabled: boolean }) => (
  <button
    type="button"
    className="data-source"
    aria-current={chosen || undefined}
    disabled={disabled && !chosen}
    onClick={() => {
      showPanel('data')
      void chooseSource(def.id)
    }}
  >
    <b>
      {def.title} <span className="mono">{dims(def.shape)}</span>
    </b>
    <small>{sizeOf(def)}</small>
    {chosen && (
      <>
        <p>{def.doc}</p>
        <small className="faint">{def.attribution}</small>
      </>
    )}
  </button>
)

const Progress = () => {
  const loading = useData(s => s.loading)
  const issue = useData(s => s.issue)
  if (!loading && !issue) return null
  if (!loading) {
    return (
      <>
        <p className="side-wrong" role="alert">
          {issue?.message}
        </p>
        <button type="button" className="button wide" onClick={() => void ensureData()}>
          Try again
        </button>
      </>
    )
  }
  return (
    <div className="side-progress">
      <progress max={1} value={loading.done} aria-label={loading.what} />
      <span className="row">
        <span className="muted">
          {loading.what} <span className="mono">{percent(loading.done, 0)}</span>
        </span>
        <button type="button" className="button small" onClick={cancelData}>
          Cancel
        </button>
      </span>
    </div>
  )
}

const Loaded = () => {
  const summary = useData(s => s.summary)
  const loaded = useProject(s => isLoaded(s.project))
  const source = useProject(s => s.project.data.source)
  const loading = useData(s => s.loading !== null)
  const issue = useData(s => s.issue)
  if (summary && loaded) return <Summary summary={summary} />
  if (loading || issue) return null
  return (
    <Section>
      <p className="side-note">{notLoadedSentence(source, null)}</p>
      <button type="button" className="button primary wide" onClick={() => void chooseSource(source)}>
        Load the data
      </button>
    </Section>
  )
}

const Summary = ({ summary }: { summary: DataSummary }) => (
  <Section title="Loaded">
    <Fact name="One sample">{dims(summary.shape)}</Fact>
    <Fact name="Train">{whole(summary.counts.train)}</Fact>
    <Fact name="Validation">{whole(summary.counts.validation)}</Fact>
    <Fact name="Test">{whole(summary.counts.test)}</Fact>
    {summary.classes.length > 0 && <Balance summary={summary} />}
  </Section>
)

/** Training samples per class as bars. */
const Balance = ({ summary: { classes, balance } }: { summary: DataSummary }) => {
  const most = Math.max(1, ...balance)
  return (
    <div className="balance" role="img" aria-label="Training samples per class">
      <p className="muted">Training samples per class</p>
      {classes.map((name, i) => (
        <div key={name}>
          <span>{name}</span>
          <i>
            <b style={{ width: `${((balance[i] ?? 0) / most) * 100}%` }} />
          </i>
          <span className="mono">{whole(balance[i] ?? 0)}</span>
        </div>
      ))}
    </div>
  )
}

const Share = ({
  label,
  value,
  disabled,
  onChange,
}: {
  label: string
  value: number
  disabled: boolean
  onChange: (v: number) => void
}) => (
  <label className="side-row">
    <span>{label}</span>
    <span className="row">
      <input
        type="range"
        className="slim"
        min={0}
        max={0.4}
        step={0.01}
        value={value}
        disabled={disabled}
        onChange={e => onChange(Number(e.currentTarget.value))}
        onPointerUp={endGesture}
        onBlur={endGesture}
      />
      <span className="mono share">{percent(value, 0)}</span>
    </span>
  </label>
)

const Preparation = ({ idle }: { idle: boolean }) => {
  const choice = useProject(s => s.project.data)
  return (
    <Section title="Preparation">
      <Share
        label="Validation"
        value={choice.validation}
        disabled={!idle}
        onChange={validation => changeData({ validation }, 'data.validation')}
      />
      <Share label="Test" value={choice.test} disabled={!idle} onChange={test => changeData({ test }, 'data.test')} />
      <p className="side-note">A source that brings its own test part keeps it.</p>
      <ChoiceRow
        label="Normalise"
        value={choice.normalise}
        disabled={!idle}
        options={[
          ['none', 'As it is'],
          ['unit', 'To 0–1'],
          ['standard', 'Mean 0, deviation 1'],
        ]}
        onTake={normalise => changeData({ normalise })}
      />
      <ChoiceRow
        label="Picture size"
        value={choice.fit}
        disabled={!idle}
        options={[
          ['exact', 'As it is'],
          ['pad', 'Padded to the input'],
          ['resize', 'Resized to the input'],
        ]}
        onTake={fit => changeData({ fit })}
      />
      <NumberRow
        label="Use at most"
        value={choice.limit}
        min={0}
        max={10_000_000}
        whole
        disabled={!idle}
        text={v => (v === 0 ? '0 (all)' : String(v))}
        step={(v, by) => Math.max(0, v + by * 500)}
        onTake={limit => changeData({ limit })}
      />
      <TextRow
        label="Classes"
        value={classesText(choice.classes)}
        placeholder="all, or e.g. 0-4"
        disabled={!idle}
        onTake={text => changeData({ classes: parseClasses(text) })}
      />
      <NumberRow
        label="Per class"
        value={choice.perClass}
        min={0}
        max={10_000_000}
        whole
        disabled={!idle}
        text={v => (v === 0 ? '0 (all)' : String(v))}
        step={(v, by) => Math.max(0, v + by * 10)}
        onTake={perClass => changeData({ perClass })}
      />
      <NumberRow
        label="Split seed"
        value={choice.seed}
        min={0}
        max={4294967295}
        whole
        disabled={!idle}
        onTake={seed => changeData({ seed })}
      />
    </Section>
  )
}
