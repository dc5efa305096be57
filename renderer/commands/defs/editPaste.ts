import { canPaste, pasteHere } from '../../canvas/clipboard.ts'
import { projectStore } from '../../store/projectStore.ts'
import { defineCommand } from '../define.ts'

/** Pastes layers at the pointer. */
export const editPaste = defineCommand({
  id: 'edit.paste',
  label: 'Paste',
  menu: 'Edit',
  order: 14,
  keys: ['Ctrl+V'],
  enabled: () => projectStore.getState().isOpen && canPaste(),
  run: pasteHere,
})
