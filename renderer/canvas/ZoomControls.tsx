import { Panel, useStore } from 'reactflow'
import { showKeys } from '../commands/keys.ts'
import { CutButton } from './CutButton.tsx'
import { canvasView } from './view.ts'

/** Zoom out, the zoom, zoom in, fit; beside the overview or in its corner. */
export const ZoomControls = ({ beside }: { beside: boolean }) => {
  const zoom = useStore(s => s.transform[2])
  return (
    <Panel position="bottom-right" className={beside ? 'zoom beside' : 'zoom'}>
      <CutButton />
      <button type="button" aria-label="Zoom out" title={`Zoom out (${showKeys('Ctrl+-')})`} onClick={() => canvasView()?.zoomOut()}>
        −
      </button>
      <button type="button" className="mono" aria-label="Zoom to 100 %" title="Zoom to 100 %" onClick={() => canvasView()?.zoomTo(1)}>
        {Math.round(zoom * 100)} %
      </button>
      <button type="button" aria-label="Zoom in" title={`Zoom in (${showKeys('Ctrl+=')})`} onClick={() => canvasView()?.zoomIn()}>
        +
      </button>
      <button type="button" title="Fit the network into view (F)" onClick={() => canvasView()?.fit()}>
        Fit
      </button>
    </Panel>
  )
}
