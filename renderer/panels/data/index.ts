import { Images } from 'lucide-react'
import { definePanel } from '../define.ts'
import { DataPanel } from './DataPanel.tsx'

/** The samples of the chosen data. */
export const data = definePanel({ id: 'data', title: 'Data', icon: Images, order: 50, View: DataPanel })
