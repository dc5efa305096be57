import { CircleAlert } from 'lucide-react'
import { resolvedOf, useProject } from '../../store/projectStore.ts'
import { definePanel } from '../define.ts'
import { Problems } from './Problems.tsx'

/** What stands in the way of building the network. */
export const problems = definePanel({
  id: 'problems',
  title: 'Problems',
  icon: CircleAlert,
  order: 60,
  View: Problems,
  useBadge: () => useProject(s => (s.isOpen && s.project.graph.nodes.length ? resolvedOf(s.project).issues.length : 0)),
})
