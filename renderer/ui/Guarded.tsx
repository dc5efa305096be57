import { Component, type ReactNode } from 'react'

interface Props {
  /** What the user calls this part of the window, e.g. "canvas". */
  readonly area: string
  readonly children: ReactNode
}

/** Keeps a fault in one part of the window from taking the others along: that part says what happened and can be drawn again. */
export class Guarded extends Component<Props, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null }

  static getDerivedStateFromError(error: unknown): { readonly error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (!error) return this.props.children
    return (
      <div className="empty" role="alert">
        <p>
          The {this.props.area} could not be drawn ({error.message.slice(0, 200)}). Your work is kept; saving still works.
        </p>
        <button type="button" className="button" onClick={() => this.setState({ error: null })}>
          Try again
        </button>
      </div>
    )
  }
}
