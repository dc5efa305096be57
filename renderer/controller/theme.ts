import { host } from '../host/pickHost.ts'
import { type Theme, uiStore } from '../store/uiStore.ts'

const light = matchMedia('(prefers-color-scheme: light)')
const shown = (theme: Theme): 'dark' | 'light' => (theme === 'system' ? (light.matches ? 'light' : 'dark') : theme)

const paint = (): void => {
  document.documentElement.dataset.theme = shown(uiStore.getState().theme)
}

/** Follows the user's choice or the system's setting. */
export const startTheme = (): void => {
  paint()
  light.addEventListener('change', paint)
  uiStore.subscribe((now, before) => {
    if (now.theme !== before.theme) paint()
  })
}

const isTheme = (v: unknown): v is Theme => v === 'system' || v === 'dark' || v === 'light'

/** Settings that outlive the window; unknown values are ignored. */
export const startSettings = async (): Promise<void> => {
  const settings = await host.readSettings()
  const theme = settings.ok ? settings.value.theme : undefined
  if (isTheme(theme)) uiStore.setState({ theme })
  uiStore.subscribe((now, before) => {
    if (now.theme !== before.theme) void host.writeSettings({ ...(settings.ok ? settings.value : {}), theme: now.theme })
  })
}
