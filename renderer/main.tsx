import '@fontsource-variable/inter/index.css'
import '@fontsource-variable/jetbrains-mono/index.css'
import './ui/tokens.css'
import './ui/base.css'
import { createRoot } from 'react-dom/client'
import { startKeys } from './commands/keys.ts'
import { startDesktop } from './controller/desktop.ts'
import { startDrop } from './controller/drop.ts'
import { startAutosave } from './controller/recovery.ts'
import { startTraining as startTrainingController } from './controller/start.ts'
import { startSettings, startTheme } from './controller/theme.ts'
import { App } from './shell/App.tsx'

// In order: colours before anything is painted; then what listens to the stores; then the window.
startTheme()
void startSettings()
startTrainingController()
startAutosave()
startDesktop()
startDrop()
startKeys()

const root = document.getElementById('root')
if (root) createRoot(root).render(<App />)
