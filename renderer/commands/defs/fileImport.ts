import { importModel } from '../../controller/files.ts'
import { defineCommand } from '../define.ts'

/** Import model… */
export const fileImport = defineCommand({
  id: 'file.import',
  label: 'Import model…',
  menu: 'File',
  order: 11,
  keys: [],
  enabled: () => true,
  run: () => void importModel(),
})
