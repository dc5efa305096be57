import { Layers } from 'lucide-react'
import { definePanel } from '../define.ts'
import { FeatureMapsPanel } from './FeatureMapsPanel.tsx'

/** Every channel of one layer and its weights. */
export const featureMaps = definePanel({ id: 'featureMaps', title: 'Feature maps', icon: Layers, order: 20, View: FeatureMapsPanel })
