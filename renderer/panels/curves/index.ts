import { ChartSpline } from 'lucide-react'
import { definePanel } from '../define.ts'
import { CurvesPanel } from './CurvesPanel.tsx'

/** Loss and accuracy over the run, with the test pad beside them. */
export const curves = definePanel({ id: 'curves', title: 'Curves', icon: ChartSpline, order: 10, View: CurvesPanel })
