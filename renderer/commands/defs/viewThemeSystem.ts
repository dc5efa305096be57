import { uiStore } from '../../store/uiStore.ts'
import { defineCommand } from '../define.ts'

/** Lets the system decide between dark and light. */
export const viewThemeSystem = defineCommand({
  id: 'view.themeSystem',
  label: 'Follow the system theme',
  menu: 'View',
  order: 26,
  keys: [],
  enabled: () => uiStore.getState().theme !== 'system',
  run: () => uiStore.setState({ theme: 'system' }),
})
