import { useMemo } from 'react'
import type { Template } from '../../templates/templates.ts'
import { newProject } from '../controller/files.ts'
import { Pyramid } from '../glyph/Pyramid.tsx'
import { whole } from '../ui/format.ts'
import { portrait } from './templates.ts'

/** One network to start from, with its shapes drawn to scale. */
export const TemplateCard = ({ template, first }: { template: Template; first: boolean }) => {
  const { layers, totals } = useMemo(() => portrait(template), [template])
  return (
    <button
      type="button"
      className={first ? 'template first' : 'template'}
      data-template={template.id}
      onClick={() => void newProject(template.project)}
    >
      <Pyramid layers={layers} label={`${layers.length} layers`} />
      <span className="template-words">
        <b>{template.title}</b>
        {first && <em>begin here</em>}
        <span>{template.description}</span>
      </span>
      <span className="template-facts mono">{whole(totals.parameters)} parameters</span>
    </button>
  )
}
