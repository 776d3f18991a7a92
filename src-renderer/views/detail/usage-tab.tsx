import type { ReactNode } from 'react'
import type { Sandbox } from '#contract/sandbox'
import { useAgent } from '../../store/agent-store.ts'
import { UsageView } from '../usage/usage-view.tsx'

/** What a sandbox uses and used; what has ended has a past too. */
export function UsageTab({ sandbox }: { readonly sandbox: Sandbox }): ReactNode {
  const sandboxes = useAgent((state) => state.sandboxes)
  const others = [...sandboxes.values()].filter(({ id }) => id !== sandbox.id)
  return <UsageView sandbox={sandbox} others={others} />
}
