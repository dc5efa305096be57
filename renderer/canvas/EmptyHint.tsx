import { Plus } from 'lucide-react'
import { runCommand } from '../commands/registry.ts'

/** What an empty canvas says. */
export const EmptyHint = () => (
  <div className="canvas-empty">
    <p>The network you draw stands here. Begin with the Input, where the data enters.</p>
    <button type="button" className="button primary" onClick={() => runCommand('graph.quickAdd')}>
      <Plus size={14} /> Add a layer
    </button>
    <p className="faint">Or drag one from the left, or double-click anywhere.</p>
  </div>
)
