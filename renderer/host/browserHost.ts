import { version } from '../../package.json'
import type { Host, HostInfo } from '../../shared/host/contract.ts'
import { ok } from '../../shared/result.ts'
import { attempt } from './attempt.ts'
import { browserDownload } from './browserDownload.ts'
import { saveExport } from './browserExport.ts'
import { browserFiles } from './browserFiles.ts'
import { browserRecovery } from './browserRecovery.ts'
import { browserStore } from './browserStore.ts'
import { makeEvents } from './events.ts'

const SETTINGS = 'user'

/** Names the system from what the browser tells, e.g. `Linux x86_64`. */
export const platformOf = (told: string): HostInfo['platform'] =>
  /^mac|iphone|ipad/i.test(told) ? 'mac' : /^win/i.test(told) ? 'windows' : /linux|x11|cros/i.test(told) ? 'linux' : 'other'

const askBeforeLeaving = (event: BeforeUnloadEvent): void => event.preventDefault()

/** Netloom in a browser: files through the browser's dialogs, everything else in the browser's own storage. */
export const makeBrowserHost = (): Host => {
  const { on, emit } = makeEvents()
  return {
    on,
    ...browserFiles,
    ...browserRecovery(),
    ...browserDownload(progress => emit('download', progress)),
    saveExport,
    info: async () => ok({ edition: 'browser', platform: platformOf(navigator.platform), version }),
    readSettings: () =>
      attempt('The settings could not be read', async () => (await (await browserStore()).get('settings', SETTINGS)) ?? {}),
    writeSettings: settings =>
      attempt('The settings could not be kept', async () => {
        await (await browserStore()).put('settings', settings, SETTINGS)
        return null
      }),
    setDocument: async ({ name, dirty }) => {
      document.title = name ? `${dirty ? '• ' : ''}${name} – Netloom` : 'Netloom'
      if (dirty) window.addEventListener('beforeunload', askBeforeLeaving)
      else window.removeEventListener('beforeunload', askBeforeLeaving)
      return ok(null)
    },
    // The browser edition shows its own menu; there is no other to fill.
    setMenu: async () => ok(null),
  }
}
