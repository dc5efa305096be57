import { LifeBuoy } from 'lucide-react'
import type { Recovery } from '../../shared/host/contract.ts'
import { discardRecovery, recover } from '../controller/recovery.ts'
import { ago } from './when.ts'

interface Props {
  readonly left: readonly Recovery[]
  readonly onGone: (id: string) => void
}

/** Work that was open when the program ended without saving it. */
export const Recovered = ({ left, onGone }: Props) =>
  left.length === 0 ? null : (
    <section className="recovered" aria-label="Recovered work">
      {left.map(recovery => (
        <div key={recovery.id} className="recovered-row">
          <LifeBuoy size={18} aria-hidden="true" />
          <p>
            <b>{recovery.name}</b> was open and not saved when Netloom ended, {ago(recovery.when, Date.now())}. Nothing is lost.
          </p>
          <button type="button" className="button primary" onClick={() => void recover(recovery)}>
            Go on with it
          </button>
          <button
            type="button"
            className="button quiet"
            onClick={() => {
              void discardRecovery(recovery)
              onGone(recovery.id)
            }}
          >
            Discard
          </button>
        </div>
      ))}
    </section>
  )
