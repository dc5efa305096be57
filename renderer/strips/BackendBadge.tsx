import type { BackendReport } from '../../shared/engine/protocol.ts'
import type { BackendId } from '../../shared/graph/document.ts'
import { useProject } from '../store/projectStore.ts'
import { useRun } from '../store/runStore.ts'
import { whole } from '../ui/format.ts'
import './strips.css'

/** How each backend is written. */
export const BACKEND_NAMES: Record<BackendId, string> = { webgpu: 'WebGPU', wasm: 'WASM', webgl: 'WebGL', cpu: 'CPU' }

/** `WASM · 2 threads`, `WebGPU · Apple M2`. */
export const backendLabel = (report: BackendReport): string => {
  const name = BACKEND_NAMES[report.backend]
  if (report.adapter) return `${name} · ${report.adapter}`
  if (report.backend !== 'wasm') return name
  return `${name} · ${report.threads === 1 ? '1 thread' : `${report.threads} threads`}`
}

/** Names where the work runs, why (on hover), and how fast it goes. */
export const BackendBadge = () => {
  const backend = useRun(s => s.backend)
  const speed = useRun(s => (s.status === 'idle' || s.imagesPerSecond <= 0 ? null : s.imagesPerSecond))
  const prefer = useProject(s => s.project.training.backend)
  if (!backend) {
    const wish = prefer === 'auto' ? 'best backend' : BACKEND_NAMES[prefer]
    return (
      <span className="badge" title="Where training runs; chosen when the first run starts">
        <i className="badge-dot off" />
        <span className="badge-name">{wish}</span>
      </span>
    )
  }
  return (
    <span className="badge" title={backend.reason} data-testid="backend" data-backend={backend.backend}>
      <i className={backend.fellBack ? 'badge-dot warn' : 'badge-dot'} />
      <span className="badge-name">{backendLabel(backend)}</span>
      {speed !== null && <span className="badge-speed mono">{whole(speed)} img/s</span>}
    </span>
  )
}
