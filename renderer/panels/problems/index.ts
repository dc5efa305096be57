import { CircleAlert } from 'lucide-react'
import { useNotes } from '../../store/notesStore.ts'
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
  useBadge: () => {
    const notes = useNotes().length
    return useProject(s => (s.isOpen && s.project.graph.nodes.length ? resolvedOf(s.project).issues.length + notes : 0))
  },
})
