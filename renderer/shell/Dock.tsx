import { ChevronDown, ChevronUp } from 'lucide-react'
import { all } from '../panels/all.gen.ts'
import type { PanelDef } from '../panels/define.ts'
import { showPanel, uiStore, useUi } from '../store/uiStore.ts'
import { RunProgress } from '../strips/RunProgress.tsx'

const panels: readonly PanelDef[] = [...(all as readonly PanelDef[])].sort((a, b) => a.order - b.order)

/** The row of panels under the canvas. */
export const Dock = () => {
  const open = useUi(s => s.dockOpen)
  const current = useUi(s => s.panel)
  const panel = panels.find(p => p.id === current) ?? panels[0]
  const toggle = () => uiStore.setState({ dockOpen: !open })
  return (
    <section className="dock" aria-label="Panels">
      <div className="dock-tabs">
        <div role="tablist" className="row dock-tablist">
          {panels.map(p => (
            <DockTab key={p.id} panel={p} current={open && p.id === panel?.id} />
          ))}
        </div>
        <RunProgress />
        <button
          type="button"
          className="button quiet icon"
          aria-label={open ? 'Hide the panels' : 'Show the panels'}
          title={open ? 'Hide the panels' : 'Show the panels'}
          onClick={toggle}
        >
          {open ? <ChevronDown size={15} /> : <ChevronUp size={15} />}
        </button>
      </div>
      {open && panel && (
        <div role="tabpanel" id={`panel-${panel.id}`} aria-label={panel.title} className="dock-body">
          <panel.View />
        </div>
      )}
    </section>
  )
}

const noBadge = () => 0

const DockTab = ({ panel, current }: { panel: PanelDef; current: boolean }) => {
  const useBadge = panel.useBadge ?? noBadge
  const badge = useBadge()
  return (
    <button type="button" role="tab" aria-selected={current} className="dock-tab" onClick={() => showPanel(panel.id)}>
      {panel.title}
      {badge > 0 && <em>{badge}</em>}
    </button>
  )
}
