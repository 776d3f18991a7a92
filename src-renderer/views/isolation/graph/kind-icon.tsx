import type { ReactNode } from 'react'
import type { NodeKind } from '#contract/isolation'
import type { IsolationClass } from '#contract/sandbox'
import { ClassIcon } from '../../../components/class-badge.tsx'

const paths: Readonly<Record<Exclude<NodeKind, 'sandbox'> | 'group', string>> = {
  hostKernel: 'M4 4H14V14H4ZM7 7H11V11H7ZM6 4V1M12 4V1M6 17V14M12 17V14M4 6H1M4 12H1M17 6H14M17 12H14',
  guestKernel: 'M5 5H13V13H5ZM7 5V2M11 5V2M7 16V13M11 16V13M5 7H2M5 11H2M16 7H13M16 11H13',
  sentry: 'M9 1L16 4V9C16 13 13 16 9 17C5 16 2 13 2 9V4Z',
  hypervisor: 'M1 12L9 16L17 12M1 8L9 12L17 8L9 4Z',
  mount: 'M1 4H7L9 6H17V15H1Z',
  network: 'M9 6V12M4 12H14M4 12V15M14 12V15M9 2.5A1.8 1.8 0 1 1 8.9 2.5M2.5 15H5.5M12.5 15H15.5',
  port: 'M9 2V11M5 8L9 12L13 8M3 16H15',
  socket: 'M6 2V6M12 2V6M4 6H14V10C14 12 12 14 9 14C6 14 4 12 4 10ZM9 14V17',
  device: 'M2 5H16V13H2ZM5 9H5.1M9 9H13',
  agent: 'M9 2L15.5 5.5V12.5L9 16L2.5 12.5V5.5ZM9 7A2 2 0 1 1 8.9 7',
  outside: 'M9 1A8 8 0 1 1 8.9 1M1 9H17M9 1C5 5 5 13 9 17C13 13 13 5 9 1',
  group: 'M2 6H12V16H2ZM6 2H16V12',
}

interface Props {
  readonly kind: NodeKind | 'group'
  readonly of?: IsolationClass | null
}

/** A picture for a kind, 18 by 18. A sandbox has that of its class. */
export function KindIcon({ kind, of = null }: Props): ReactNode {
  if (kind === 'sandbox') {
    return (
      <svg width={18} height={18} viewBox="0 0 16 16" aria-hidden="true">
        <ClassIcon value={of ?? 'container'} />
      </svg>
    )
  }
  return (
    <svg
      width={18}
      height={18}
      viewBox="0 0 18 18"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.4}
      strokeLinejoin="round"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d={paths[kind]} />
    </svg>
  )
}
