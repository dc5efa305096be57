import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels'
import { Canvas } from '../canvas/Canvas.tsx'
import { CommandPalette } from '../commands/CommandPalette.tsx'
import { ShortcutSheet } from '../commands/ShortcutSheet.tsx'
import { Inspector } from '../inspector/Inspector.tsx'
import { Palette } from '../palette/Palette.tsx'
import { Sidebar } from '../sidebar/Sidebar.tsx'
import { StartPage } from '../start/StartPage.tsx'
import { useProject } from '../store/projectStore.ts'
import { useUi } from '../store/uiStore.ts'
import { Guarded } from '../ui/Guarded.tsx'
import { Dock } from './Dock.tsx'
import './shell.css'
import { StatusBar } from './StatusBar.tsx'
import { TitleBar } from './TitleBar.tsx'
import { Toast } from './Toast.tsx'
import { UnsavedDialog } from './UnsavedDialog.tsx'

/** The whole window: the start page, or the editor around the graph. */
export const App = () => {
  const isOpen = useProject(s => s.isOpen)
  return (
    <>
      <Guarded area="window">{isOpen ? <Editor /> : <StartPage />}</Guarded>
      <CommandPalette />
      <ShortcutSheet />
      <UnsavedDialog />
      <Toast />
    </>
  )
}

const Editor = () => {
  const across = useDefaultLayout({ id: 'netloom.across', storage: localStorage })
  return (
    <main className="shell">
      <h1 className="visually-hidden">Netloom</h1>
      <TitleBar />
      <Group id="netloom.across" orientation="horizontal" className="shell-main" {...across}>
        <Panel id="palette" className="shell-side" defaultSize="212px" minSize="160px" maxSize="320px">
          <Guarded area="palette">
            <Palette />
          </Guarded>
        </Panel>
        <Separator className="split across" />
        <Panel id="middle" minSize="360px">
          <Middle />
        </Panel>
        <Separator className="split across" />
        <Panel id="inspector" className="shell-side right" defaultSize="292px" minSize="240px" maxSize="460px">
          <Guarded area="side panel">
            <RightSide />
          </Guarded>
        </Panel>
      </Group>
      <StatusBar />
    </main>
  )
}

const Middle = () => {
  const down = useDefaultLayout({ id: 'netloom.down', storage: localStorage })
  const dockOpen = useUi(s => s.dockOpen)
  if (!dockOpen) {
    return (
      <div className="shell-middle">
        <Guarded area="canvas">
          <Canvas />
        </Guarded>
        <Guarded area="dock">
          <Dock />
        </Guarded>
      </div>
    )
  }
  return (
    <Group id="netloom.down" orientation="vertical" {...down}>
      <Panel id="canvas" minSize="160px">
        <Guarded area="canvas">
          <Canvas />
        </Guarded>
      </Panel>
      <Separator className="split down" />
      <Panel id="dock" defaultSize="226px" minSize="120px" maxSize="70%">
        <Guarded area="dock">
          <Dock />
        </Guarded>
      </Panel>
    </Group>
  )
}

/** The selected nodes' inspector, else what the mode is about. */
const RightSide = () => {
  const selected = useUi(s => s.selectedNodes.length)
  return selected > 0 ? <Inspector /> : <Sidebar />
}
