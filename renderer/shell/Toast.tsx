import { useEffect } from 'react'
import { uiStore, useUi } from '../store/uiStore.ts'

/** How long a sentence stays, ms; a bad one stays longer. */
const STAY = { plain: 3500, good: 3500, bad: 7000 } as const

/** The last sentence from the program, at the bottom, also for screen readers. */
export const Toast = () => {
  const toast = useUi(s => s.toast)
  useEffect(() => {
    if (!toast) return
    const timer = setTimeout(() => uiStore.setState({ toast: null }), STAY[toast.tone])
    return () => clearTimeout(timer)
  }, [toast])
  return (
    <div className="toast-place" role="status" aria-live="polite">
      {toast && <div className={`toast ${toast.tone}`}>{toast.text}</div>}
    </div>
  )
}
