import { CircleAlert } from 'lucide-react'
import { useData } from '../../store/dataStore.ts'
import { problemsOf } from '../../store/problems.ts'
import { useProject } from '../../store/projectStore.ts'
import { definePanel } from '../define.ts'
import { Problems } from './Problems.tsx'

/** What stands in the way of building and training the network. */
export const problems = definePanel({
  id: 'problems',
  title: 'Problems',
  icon: CircleAlert,
  order: 60,
  View: Problems,
  useBadge: () => {
    useData(s => s.summary)
    return useProject(s => (s.isOpen && s.project.graph.nodes.length ? problemsOf(s.project).length : 0))
  },
})
