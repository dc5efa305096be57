import { useSyncExternalStore } from 'react'

type Shown = 'dark' | 'light'

const read = (): Shown => (document.documentElement.dataset.theme === 'light' ? 'light' : 'dark')

const listen = (changed: () => void): (() => void) => {
  const observer = new MutationObserver(changed)
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  return () => observer.disconnect()
}

/** The theme on screen, for pictures that are painted rather than styled. */
export const useShownTheme = (): Shown => useSyncExternalStore(listen, read)

/** The current value of a CSS variable, e.g. `--accent`. */
export const cssColor = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
