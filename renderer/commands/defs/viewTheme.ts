import { uiStore } from '../../store/uiStore.ts'
import { defineCommand } from '../define.ts'

/** Turns dark to light and back. */
export const viewTheme = defineCommand({
  id: 'view.theme',
  label: 'Switch between dark and light',
  menu: 'View',
  order: 25,
  keys: [],
  enabled: () => true,
  run: () => {
    const dark = document.documentElement.dataset.theme !== 'light'
    uiStore.setState({ theme: dark ? 'light' : 'dark' })
  },
})
