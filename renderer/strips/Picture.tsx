import { useEffect, useRef } from 'react'
import type { Sheet } from './paint.ts'
import { paintCanvas } from './painter.ts'

interface Props {
  /** CSS pixels. */
  readonly width: number
  readonly height: number
  readonly paint: (sheet: Sheet, scale: number) => void
  readonly label: string
  readonly className?: string
}

/** A small sharp picture painted pixel by pixel. */
export const Picture = ({ width, height, paint, label, className }: Props) => {
  const ref = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    if (ref.current) paintCanvas(ref.current, width, height, paint)
  }, [width, height, paint])
  return <canvas ref={ref} className={className ?? 'picture'} style={{ width, height }} role="img" aria-label={label} />
}
