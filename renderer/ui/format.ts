/** `1,234,567`. */
export const whole = (n: number): string => Math.round(n).toLocaleString('en-US')

/** `2.29 M`, `15.5 G`; up to 9,999 in full. */
export const short = (n: number): string => {
  const units: readonly [number, string][] = [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e4, 'k'],
  ]
  for (const [size, unit] of units) if (n >= size) return `${(n / (unit === 'k' ? 1e3 : size)).toPrecision(3)} ${unit}`
  return whole(n)
}

/** `31 MB`, of 10^6 bytes. */
export const bytes = (n: number): string => {
  if (n >= 1e9) return `${(n / 1e9).toPrecision(3)} GB`
  if (n >= 1e6) return `${Math.round(n / 1e6)} MB`
  return `${Math.max(1, Math.round(n / 1e3))} kB`
}

/** `98.4 %`; an en dash when not known. */
export const percent = (share: number, digits = 1): string => (Number.isFinite(share) ? `${(share * 100).toFixed(digits)} %` : '–')

/** `3.4 s`, `2 min 10 s`, `1 h 5 min`. */
export const duration = (seconds: number): string => {
  if (!Number.isFinite(seconds)) return '–'
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  const minutes = Math.round(whole / 60)
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Four significant digits; `–` when not a number. */
export const figure = (n: number): string => (Number.isFinite(n) ? Number(n.toPrecision(4)).toString() : Number.isNaN(n) ? '–' : String(n))
