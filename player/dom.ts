type Props = Readonly<Record<string, string | number | boolean>>

/** Makes an element with attributes and children; text stays text. */
export const h = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Props = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] => {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, '')
    else if (value !== false) element.setAttribute(name, String(value))
  }
  element.append(...children)
  return element
}

/** A titled part of the page. */
export const card = (title: string, ...children: readonly Node[]): HTMLElement =>
  h('section', { class: 'card', 'aria-label': title }, h('h2', {}, title), ...children)

/** A button with words. */
export const button = (words: string, onClick: () => void): HTMLButtonElement => {
  const made = h('button', { type: 'button', class: 'button' }, words)
  made.addEventListener('click', onClick)
  return made
}
