import { Dices, Eraser, Undo2 } from 'lucide-react'
import { useData } from '../../store/dataStore.ts'
import { clearPad, pickSample, undoStroke, usePad } from './padStore.ts'

/** Undo stroke, clear, and a random sample of the data; without a pen (`flat`) only the last. */
export const PadTools = ({ words = false, flat = false }: { words?: boolean; flat?: boolean }) => {
  const drawn = usePad(s => s.strokes.length > 0)
  const loaded = useData(s => s.summary !== null)
  const kind = words ? 'button small' : 'button quiet icon small'
  return (
    <div className="row pad-tools">
      {!flat && (
        <>
          <button
            type="button"
            className={kind}
            disabled={!drawn}
            onClick={undoStroke}
            title="Take back the last stroke"
            aria-label="Take back the last stroke"
          >
            <Undo2 size={13} aria-hidden="true" />
            {words && <span className="words">Undo stroke</span>}
          </button>
          <button type="button" className={kind} disabled={!drawn} onClick={clearPad} title="Clear the pad" aria-label="Clear the pad">
            <Eraser size={13} aria-hidden="true" />
            {words && <span className="words">Clear</span>}
          </button>
        </>
      )}
      <button
        type="button"
        className={kind}
        disabled={!loaded}
        onClick={pickSample}
        title="Take a random sample of the data"
        aria-label="Take a random sample of the data"
      >
        <Dices size={13} aria-hidden="true" />
        {words && <span className="words">Pick a sample</span>}
      </button>
    </div>
  )
}
