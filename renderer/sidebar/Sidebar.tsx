import { type Mode, useUi } from '../store/uiStore.ts'
import { DataSetup } from './DataSetup.tsx'
import { Deploy } from './Deploy.tsx'
import { Design } from './Design.tsx'
import { Explore } from './Explore.tsx'
import './sidebar.css'
import { TrainSetup } from './TrainSetup.tsx'

const VIEWS: Record<Mode, () => React.JSX.Element> = {
  design: Design,
  data: DataSetup,
  train: TrainSetup,
  explore: Explore,
  deploy: Deploy,
}

/** What the current mode is about, shown on the right while no node is selected. */
export const Sidebar = () => {
  const mode = useUi(s => s.mode)
  const View = VIEWS[mode]
  return (
    <aside className="sidebar" aria-label={`${mode} settings`}>
      <View />
    </aside>
  )
}
