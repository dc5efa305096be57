import { House } from 'lucide-react'
import { leaveProject } from '../controller/files.ts'
import { isDirty, useProject } from '../store/projectStore.ts'
import { MODES, type Mode, showPanel, uiStore, useUi } from '../store/uiStore.ts'
import { isUnsavedLearning, useWeights } from '../store/weightsStore.ts'
import { BackendBadge } from '../strips/BackendBadge.tsx'
import { RunControls } from '../strips/RunControls.tsx'
import { Logo } from './Logo.tsx'

const LABELS: Record<Mode, string> = { design: 'Design', data: 'Data', train: 'Train', explore: 'Explore', deploy: 'Deploy' }
/** The dock panel that a mode brings to the front. */
const PANEL_OF: Partial<Record<Mode, string>> = { data: 'data', train: 'curves', explore: 'featureMaps' }

const enter = (mode: Mode): void => {
  uiStore.setState({ mode, selectedNodes: [], selectedWires: [] })
  const panel = PANEL_OF[mode]
  if (panel) showPanel(panel)
}

/** File name, modes, backend and the run's buttons. */
export const TitleBar = () => (
  <header className="titlebar">
    <FileName />
    <nav className="modes" aria-label="Modes">
      {MODES.map(mode => (
        <ModeTab key={mode} mode={mode} />
      ))}
    </nav>
    <div className="titlebar-right">
      <BackendBadge />
      <RunControls />
    </div>
  </header>
)

const ModeTab = ({ mode }: { mode: Mode }) => {
  const current = useUi(s => s.mode === mode)
  return (
    <button type="button" className="mode" aria-current={current ? 'page' : undefined} onClick={() => enter(mode)}>
      {LABELS[mode]}
    </button>
  )
}

const FileName = () => {
  const name = useProject(s => s.project.name)
  const edited = useProject(isDirty)
  const learned = useWeights(isUnsavedLearning)
  const dirty = edited || learned
  const file = useProject(s => s.file)
  const state = edited ? 'unsaved changes' : learned ? 'unsaved training' : file ? `saved as ${file.name}` : 'not saved yet'
  return (
    <div className="titlebar-file">
      <button type="button" className="home" title="Start page" aria-label="Start page" onClick={leaveProject}>
        <Logo size={20} />
        <House size={14} className="home-icon" />
      </button>
      <b title={file?.name ?? name}>{name}</b>
      <span className={dirty ? 'dirty-dot on' : 'dirty-dot'} title={state} />
      <span className="file-state">{state}</span>
    </div>
  )
}
