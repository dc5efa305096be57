import { PenLine } from 'lucide-react'
import { definePanel } from '../define.ts'
import { TestPadPanel } from './TestPadPanel.tsx'

/** A large pad to draw on, what the network sees of it, and what it answers. */
export const testPad = definePanel({ id: 'testPad', title: 'Test pad', icon: PenLine, order: 60, View: TestPadPanel })
