import { Scissors } from 'lucide-react'
import { showKeys } from '../commands/keys.ts'
import { toggleCutTool, useCut } from './cutStore.ts'

/** Takes the knife in hand. */
export const CutButton = () => {
  const tool = useCut(s => s.tool)
  return (
    <button
      type="button"
      className="cut-button"
      aria-pressed={tool}
      aria-label="Draw a cut: freeze what is above it, or put a new head below"
      title={`Draw a cut: freeze what is above it, or put a new head below (${showKeys('K')})`}
      onClick={toggleCutTool}
    >
      <Scissors size={12} aria-hidden="true" />
      Cut
    </button>
  )
}
