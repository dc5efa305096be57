import { FilePlus2, FolderOpen, Import } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { RecentFile, Recovery } from '../../shared/host/contract.ts'
import { templates } from '../../templates/templates.ts'
import { showKeys } from '../commands/keys.ts'
import { importModel, newProject, openProject, openRecent, recentFiles } from '../controller/files.ts'
import { recoveries } from '../controller/recovery.ts'
import { Logo } from '../shell/Logo.tsx'
import { Recovered } from './Recovered.tsx'
import './start.css'
import { TemplateCard } from './TemplateCard.tsx'
import { ordered } from './templates.ts'
import { ago } from './when.ts'

const cards = ordered(templates)

/** Where one begins: a template, an empty canvas, a file from before, or work that a crash left. */
export const StartPage = () => {
  const [recent, setRecent] = useState<readonly RecentFile[]>([])
  const [left, setLeft] = useState<readonly Recovery[]>([])
  useEffect(() => {
    void recentFiles().then(setRecent)
    void recoveries().then(setLeft)
  }, [])
  return (
    <main className="start">
      <div className="start-page">
        <header className="start-head">
          <Logo size={30} />
          <div>
            <h1>Netloom</h1>
            <p>Draw a neural network, train it on this machine and look inside while it learns.</p>
          </div>
          <div className="start-actions">
            <button type="button" className="button" onClick={() => void newProject()}>
              <FilePlus2 size={15} /> Blank canvas
            </button>
            <button type="button" className="button" title={showKeys('Ctrl+O')} onClick={() => void openProject()}>
              <FolderOpen size={15} /> Open…
            </button>
            <button type="button" className="button" title="Keras or TensorFlow.js" onClick={() => void importModel()}>
              <Import size={15} /> Import model…
            </button>
          </div>
        </header>
        <Recovered left={left} onGone={id => setLeft(now => now.filter(r => r.id !== id))} />
        {recent.length > 0 && <Recent files={recent} />}
        <section aria-labelledby="start-templates">
          <h2 id="start-templates">Start from a network</h2>
          <div className="start-cards">
            {cards.map((template, i) => (
              <TemplateCard key={template.id} template={template} first={i === 0} />
            ))}
          </div>
        </section>
      </div>
    </main>
  )
}

const Recent = ({ files }: { files: readonly RecentFile[] }) => (
  <section aria-labelledby="start-recent">
    <h2 id="start-recent">Recent</h2>
    <ul className="start-recent">
      {files.slice(0, 6).map(file => (
        <li key={file.token}>
          <button type="button" onClick={() => void openRecent(file.token)}>
            <b>{file.name}</b>
            <span className="faint">{ago(file.when, Date.now())}</span>
          </button>
        </li>
      ))}
    </ul>
  </section>
)
