import { Component, type ReactNode } from 'react'

interface Props {
  readonly children: ReactNode
  readonly fallback: (error: unknown, again: () => void) => ReactNode
}
interface State {
  readonly failed: { readonly error: unknown } | null
}

/** A fault in one part of the window must not take the rest with it. */
export class CrashGuard extends Component<Props, State> {
  override state: State = { failed: null }

  static getDerivedStateFromError(error: unknown): State {
    return { failed: { error } }
  }

  override render(): ReactNode {
    const { failed } = this.state
    if (failed === null) return this.props.children
    return this.props.fallback(failed.error, () => this.setState({ failed: null }))
  }
}
