import type { Cut, IsolationEdge, IsolationNode } from '#contract/isolation'
import { controllingOf, isFiltered, isHostRoot, sharedNamespaces } from '../facts/interpret.ts'
import type { Observed } from '../facts/observed.ts'
import { type Drawn, edge, node, sandboxNodeId } from './parts.ts'

/** What answers the system calls of a sandbox, down to the kernel of this machine. */
export function drawKernel(observed: Observed): Drawn {
  switch (observed.kernel) {
    case 'host':
      return { nodes: [], edges: containerEdges(observed) }
    case 'sentry':
      return sentry(observed)
    case 'guest':
      return guest(observed)
  }
}

function containerEdges(observed: Observed): IsolationEdge[] {
  const { watched, front } = observed
  const from = sandboxNodeId(watched.id)
  const filtered = isFiltered(front)
  const setClass: Cut = { kind: 'setClass', ref: watched.name, class: 'gvisor' }
  const to = 'host-kernel'
  const calls = edge({
    from,
    to,
    what: 'kernel',
    strength: filtered ? 'filtered' : 'shared',
    sentence: filtered
      ? 'System calls go to the kernel of this machine, through a filter (seccomp) that leaves out the dangerous ones.'
      : 'System calls go to the kernel of this machine, and nothing filters them.',
    cut: setClass,
  })
  const unfiltered = edge({
    from,
    to,
    key: 'no-seccomp',
    what: 'kernel',
    strength: 'shared',
    sentence: 'No filter of system calls (seccomp) stands before the kernel of this machine.',
    cut: { kind: 'dropGrant', ref: watched.name, grant: 'no-seccomp' },
  })
  return [calls, ...(filtered ? [] : [unfiltered]), ...controlEdges(observed, from), ...namespaceEdges(observed, from)]
}

/** One edge for each capability that is enough alone, since each is taken back alone. */
function controlEdges(observed: Observed, from: string): IsolationEdge[] {
  return controllingOf(observed).map((name) =>
    edge({
      from,
      to: 'host-kernel',
      key: name,
      what: 'kernel',
      strength: 'total',
      sentence: `It holds ${name} over this machine itself: with it, root inside is root outside.`,
      cut: { kind: 'dropGrant', ref: observed.watched.name, grant: `cap:${name}` },
    }),
  )
}

/** A shared network has edges of its own; sharing one of the others opens this machine's processes or mounts. */
function namespaceEdges(observed: Observed, from: string): IsolationEdge[] {
  const kinds = sharedNamespaces(observed).filter((kind) => kind !== 'net')
  return kinds.map((kind) =>
    edge({
      from,
      to: 'host-kernel',
      key: `ns-${kind}`,
      what: 'kernel',
      strength: kind === 'mnt' || kind === 'pid' ? 'total' : 'shared',
      sentence: `It is in the ${kind} namespace of this machine, not in one of its own.`,
      cut: null,
    }),
  )
}

function sentry(observed: Observed): Drawn {
  const { watched } = observed
  const id = `sentry:${watched.id}`
  const box = sandboxNodeId(watched.id)
  const own = node({
    id,
    kind: 'sentry',
    label: `Sentry of ${watched.name}`,
    sandbox: watched.id,
    details: engineDetails(observed),
  })
  const answers = edge({
    from: box,
    to: id,
    what: 'kernel',
    strength: 'bounded',
    sentence:
      'An application kernel of its own (gVisor) answers the system calls; this machine\u2019s kernel does not see them.',
    cut: null,
  })
  const cut: Cut = { kind: 'setClass', ref: watched.name, class: 'microvm' }
  return { nodes: [own], edges: [answers, ...engineEdges(observed, id, cut)] }
}

function guest(observed: Observed): Drawn {
  const { watched } = observed
  const kernel = `guest-kernel:${watched.id}`
  const hypervisor = `hypervisor:${watched.id}`
  const nodes: IsolationNode[] = [
    node({ id: kernel, kind: 'guestKernel', label: `Kernel of ${watched.name}`, sandbox: watched.id, details: [] }),
    node({
      id: hypervisor,
      kind: 'hypervisor',
      label: `Machine of ${watched.name}`,
      sandbox: watched.id,
      details: [
        { name: 'Virtualisation', value: observed.accelerated ? 'by hardware (KVM)' : 'emulated' },
        ...engineDetails(observed),
      ],
    }),
  ]
  const calls = edge({
    from: sandboxNodeId(watched.id),
    to: kernel,
    what: 'kernel',
    strength: 'shared',
    sentence: 'System calls go to a kernel of its own, which nobody else uses.',
    cut: null,
  })
  const machine = edge({
    from: kernel,
    to: hypervisor,
    what: 'kernel',
    strength: 'bounded',
    sentence: observed.accelerated
      ? 'Its kernel runs in a virtual machine that the processor keeps apart.'
      : 'Its kernel runs in a virtual machine that a program emulates.',
    cut: null,
  })
  return { nodes, edges: [calls, machine, ...engineEdges(observed, hypervisor, null)] }
}

/** How the sentry or the machine monitor stands before this machine's kernel, should the guest break through to it. */
function engineEdges(observed: Observed, from: string, cut: Cut | null): IsolationEdge[] {
  const { front } = observed
  const controls = controllingOf(observed)
  const [strength, sentence] =
    controls.length > 0
      ? (['total', `It holds ${controls.join(', ')} over this machine itself.`] as const)
      : isFiltered(front)
        ? (['filtered', 'Its own system calls go to this machine\u2019s kernel through a filter (seccomp).'] as const)
        : (['shared', 'Its own system calls go to this machine\u2019s kernel, and nothing filters them.'] as const)
  return [
    edge({ from, to: 'host-kernel', what: 'kernel', strength, sentence, cut }),
    ...namespaceEdges(observed, from).filter(({ strength: how }) => how === 'total' && isHostRoot(front)),
  ]
}

function engineDetails({ front, ends }: Observed): IsolationNode['details'] {
  return [
    { name: 'Process', value: `${front.program ?? 'unknown program'} (pid ${front.pid})` },
    { name: 'User on this machine', value: front.uid === 0 ? 'root' : String(front.uid) },
    { name: 'Filter of system calls', value: isFiltered(front) ? 'on' : 'off' },
    { name: 'Files held open', value: ends.files.length === 0 ? 'none' : ends.files.slice(0, 8).join(', ') },
  ]
}
