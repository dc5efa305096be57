import { useState } from 'react'
import { dims } from '../../../shared/layers/shape.ts'
import { startTraining } from '../../controller/training.ts'
import { useProbe } from '../../store/probeStore.ts'
import { useProject } from '../../store/projectStore.ts'
import { useUi } from '../../store/uiStore.ts'
import { lookStore, useLook } from '../../strips/lookStore.ts'
import { spanText } from '../../strips/NodeInsight.tsx'
import { type LayerView, useLayer } from '../../strips/useLayer.ts'
import { useWhyNotTrain } from '../../strips/useWhyNotTrain.ts'
import './featureMaps.css'
import { LargeMap } from './LargeMap.tsx'
import { MapsGrid } from './MapsGrid.tsx'
import { WeightsSheet } from './WeightsSheet.tsx'

export type ScaleChoice = 'layer' | 'channel'

/** The layer to show: the one looked at, else the selected one, else the first that has maps. */
const useShownNode = (): string | null => {
  const looked = useLook(s => s.node)
  const selected = useUi(s => s.selectedNodes[0])
  const byNode = useProbe(s => s.byNode)
  if (looked && byNode.has(looked)) return looked
  if (selected && byNode.has(selected)) return selected
  return [...byNode.values()].find((l, i) => i > 0 && l.shape.length === 3)?.node ?? [...byNode.keys()][0] ?? null
}

/** Every channel of a layer, its limits and its weights. */
export const FeatureMapsPanel = () => {
  const node = useShownNode()
  const view = useLayer(node)
  const [size, setSize] = useState(56)
  const [scale, setScale] = useState<ScaleChoice>('layer')
  if (node === null) return <NothingYet />
  return (
    <div className="panel-box">
      <div className="maps">
        <div className="row maps-bar">
          <LayerChoice node={node} />
          {view && <Facts view={view} />}
          <label className="row maps-size">
            Size
            <input
              type="range"
              className="slim"
              min={24}
              max={160}
              step={4}
              value={size}
              onChange={e => setSize(Number(e.currentTarget.value))}
            />
          </label>
          <fieldset className="segments" aria-label="Colours scaled over">
            {(['layer', 'channel'] as const).map(choice => (
              <button
                key={choice}
                type="button"
                aria-pressed={scale === choice}
                title={choice === 'layer' ? 'One scale for all channels' : 'Each channel from its own lowest to its own highest value'}
                onClick={() => setScale(choice)}
              >
                per {choice}
              </button>
            ))}
          </fieldset>
        </div>
        {view && <Body view={view} size={size} scale={scale} />}
      </div>
    </div>
  )
}

const Body = ({ view, size, scale }: { view: LayerView; size: number; scale: ScaleChoice }) => {
  const channel = useLook(s => s.channel)
  return (
    <div className={channel === null ? 'maps-body' : 'maps-body with-large'}>
      <div className="maps-scroll">
        <MapsGrid layer={view.activation} size={size} scale={scale} picked={channel} onPick={i => lookStore.setState({ channel: i })} />
        <WeightsSheet weights={view.weights} />
      </div>
      {channel !== null && <LargeMap view={view} channel={channel} scale={scale} />}
    </div>
  )
}

const Facts = ({ view: { activation } }: { view: LayerView }) => (
  <span className="mono muted maps-facts">
    {dims(activation.shape)} <span className="faint">{spanText(activation.stats.min, activation.stats.max)}</span>
  </span>
)

const LayerChoice = ({ node }: { node: string }) => {
  const byNode = useProbe(s => s.byNode)
  const nodes = useProject(s => s.project.graph.nodes)
  return (
    <select
      className="field maps-layer"
      aria-label="Layer"
      value={node}
      onChange={e => lookStore.setState({ node: e.currentTarget.value, channel: null })}
    >
      {[...byNode.keys()].map(id => (
        <option key={id} value={id}>
          {nodes.find(n => n.id === id)?.name ?? id}
        </option>
      ))}
    </select>
  )
}

const NothingYet = () => {
  const reason = useWhyNotTrain()
  return (
    <div className="empty">
      <p>Every channel of a layer appears here, with its weights, as soon as the network runs on a sample.</p>
      <button
        type="button"
        className="button primary"
        disabled={reason !== null}
        title={reason ?? undefined}
        onClick={() => void startTraining()}
      >
        Train
      </button>
      {reason && <p className="faint">{reason}</p>}
    </div>
  )
}
