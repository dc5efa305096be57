import { type MouseEvent, type PointerEvent, useEffect, useRef, useState } from 'react'
import type { Box, Sheet } from './paint.ts'
import { paintCanvas } from './painter.ts'
import { cssColor, useShownTheme } from './theme.ts'

interface Props {
  readonly count: number
  /** Size of one tile, CSS pixels. */
  readonly tile: { readonly width: number; readonly height: number }
  readonly gap?: number
  readonly paint: (sheet: Sheet, box: Box, index: number) => void
  /** Short lines under each tile, as many under each. */
  readonly caption?: { readonly lines: number; readonly of: (index: number) => readonly string[] } | undefined
  readonly tip: (index: number) => string
  readonly onPick?: ((index: number) => void) | undefined
  readonly picked?: number | null
  readonly label: string
}

/** Height of one line of a caption, CSS pixels. */
const LINE = 12
/** Tallest canvas, CSS pixels: browsers refuse much taller ones. */
const TALLEST = 8000

/** Many small pictures in rows on one canvas, as wide as its place; hover names a tile, a click picks it. */
export const GridCanvas = ({ count, tile, gap = 4, paint, caption, tip, onPick, picked = null, label }: Props) => {
  const place = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const words = useRef<HTMLSpanElement>(null)
  const [wide, setWide] = useState(0)
  const theme = useShownTheme()
  useEffect(() => {
    if (!place.current) return
    const watcher = new ResizeObserver(([entry]) => entry && setWide(Math.floor(entry.contentRect.width)))
    watcher.observe(place.current)
    return () => watcher.disconnect()
  }, [])
  const pitch = { x: tile.width + gap, y: tile.height + gap + (caption ? caption.lines * LINE + 4 : 0) }
  const columns = Math.max(1, Math.min(count, Math.floor((wide + gap) / pitch.x)))
  const shown = Math.min(count, columns * Math.floor(TALLEST / pitch.y))
  const size = { width: columns * pitch.x - gap, height: Math.ceil(shown / columns) * pitch.y }

  // biome-ignore lint/correctness/useExhaustiveDependencies: captions and the frame take their colours from the theme
  useEffect(() => {
    const target = canvas.current
    if (!target || wide === 0 || shown === 0) return
    const at = (i: number): { x: number; y: number } => ({ x: (i % columns) * pitch.x, y: Math.floor(i / columns) * pitch.y })
    let density = 1
    paintCanvas(target, size.width, size.height, (sheet, scale) => {
      density = scale
      for (let i = 0; i < shown; i++) {
        const { x, y } = at(i)
        paint(
          sheet,
          {
            x: Math.round(x * scale),
            y: Math.round(y * scale),
            width: Math.round(tile.width * scale),
            height: Math.round(tile.height * scale),
          },
          i,
        )
      }
    })
    const context = target.getContext('2d')
    if (!context) return
    context.setTransform(density, 0, 0, density, 0, 0)
    context.font = '10px "JetBrains Mono Variable", "DejaVu Sans Mono", monospace'
    context.fillStyle = cssColor('--text-3')
    for (let i = 0; caption && i < shown; i++)
      caption.of(i).forEach((line, row) => {
        context.fillText(line, at(i).x, at(i).y + tile.height + LINE * (row + 1) - 1, tile.width)
      })
    if (picked === null || picked >= shown) return
    context.strokeStyle = cssColor('--accent')
    context.lineWidth = 2
    context.strokeRect(at(picked).x + 1, at(picked).y + 1, tile.width - 2, tile.height - 2)
  }, [wide, shown, columns, tile.width, tile.height, paint, caption, picked, theme])

  const hit = (event: PointerEvent | MouseEvent): number | null => {
    const box = canvas.current?.getBoundingClientRect()
    if (!box) return null
    const [x, y] = [event.clientX - box.left, event.clientY - box.top]
    const i = Math.floor(y / pitch.y) * columns + Math.floor(x / pitch.x)
    return x % pitch.x < tile.width && i >= 0 && i < shown ? i : null
  }
  const hover = (event: PointerEvent): void => {
    const i = hit(event)
    const box = place.current?.getBoundingClientRect()
    if (!words.current || !box) return
    words.current.hidden = i === null
    if (i === null) return
    words.current.textContent = tip(i)
    words.current.style.left = `${Math.min(event.clientX - box.left + 12, box.width - 160)}px`
    words.current.style.top = `${event.clientY - box.top + 14}px`
  }
  const leave = (): void => {
    if (words.current) words.current.hidden = true
  }
  const pick = (event: MouseEvent): void => {
    const i = hit(event)
    if (i !== null) onPick?.(i)
  }
  return (
    <div ref={place} className="grid-canvas">
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        className={onPick ? 'picks' : undefined}
        style={{ width: Math.max(1, size.width), height: Math.max(1, size.height) }}
        onPointerMove={hover}
        onPointerLeave={leave}
        onClick={pick}
      />
      <span ref={words} className="strip-tip mono" hidden />
      {shown < count && <p className="faint">{`${count - shown} more: make the tiles smaller to see them.`}</p>}
    </div>
  )
}
