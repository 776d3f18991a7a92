import type { Cut } from '#contract/isolation'
import { sentence } from '#contract/sentence'
import { type Detail, edge, listOf, node, raw, type WordedEdge } from '../describe/text.ts'
import { describeProcess } from '../describe/words.ts'
import { controllingOf, isFiltered, isHostRoot, sharedNamespaces } from '../facts/interpret.ts'
import type { Observed } from '../facts/observed.ts'
import { type Drawn, sandboxNodeId } from './parts.ts'

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

function containerEdges(observed: Observed): WordedEdge[] {
  const { watched, engineProcess } = observed
  const from = sandboxNodeId(watched.id)
  const filtered = isFiltered(engineProcess)
  const setClass: Cut = { kind: 'setClass', ref: watched.name, class: 'gvisor' }
  const to = 'host-kernel'
  const calls = edge({
    from,
    to,
    what: 'kernel',
    strength: filtered ? 'filtered' : 'shared',
    sentence: filtered ? sentence('edge-calls-filtered') : sentence('edge-calls-unfiltered'),
    cut: setClass,
  })
  const unfiltered = edge({
    from,
    to,
    key: 'no-seccomp',
    what: 'kernel',
    strength: 'shared',
    sentence: sentence('edge-no-filter'),
    cut: { kind: 'dropGrant', ref: watched.name, grant: 'no-seccomp' },
  })
  return [
    calls,
    ...(filtered ? [] : [unfiltered]),
    ...(observed.engineProcess.noNewPrivileges ? [] : [gainingEdge(observed, to, filtered ? 'filtered' : 'shared')]),
    ...controlEdges(observed, from),
    ...namespaceEdges(observed, from),
  ]
}

/** Of no more than it reaches anyway: what is gained is root inside, within the capabilities that the sandbox may have. */
function gainingEdge({ watched }: Observed, to: string, strength: 'filtered' | 'shared'): WordedEdge {
  return edge({
    from: sandboxNodeId(watched.id),
    to,
    key: 'new-privileges',
    what: 'kernel',
    strength,
    sentence: sentence('edge-new-privileges'),
    cut: { kind: 'dropGrant', ref: watched.name, grant: 'new-privileges' },
  })
}

/** One edge for each capability that is enough alone, since each is taken back alone. */
function controlEdges(observed: Observed, from: string): WordedEdge[] {
  return controllingOf(observed).map((name) =>
    edge({
      from,
      to: 'host-kernel',
      key: name,
      what: 'kernel',
      strength: 'total',
      sentence: sentence('edge-capability', { name }),
      cut: { kind: 'dropGrant', ref: observed.watched.name, grant: `cap:${name}` },
    }),
  )
}

/** A shared network has edges of its own; sharing one of the others opens this machine's processes or mounts. */
function namespaceEdges(observed: Observed, from: string): WordedEdge[] {
  const kinds = sharedNamespaces(observed).filter((kind) => kind !== 'net')
  return kinds.map((kind) =>
    edge({
      from,
      to: 'host-kernel',
      key: `ns-${kind}`,
      what: 'kernel',
      strength: kind === 'mnt' || kind === 'pid' ? 'total' : 'shared',
      sentence: sentence('edge-namespace', { kind }),
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
    label: sentence('node-sentry', { name: watched.name }),
    sandbox: watched.id,
    details: engineDetails(observed),
  })
  const answers = edge({
    from: box,
    to: id,
    what: 'kernel',
    strength: 'bounded',
    sentence: sentence('edge-sentry-answers'),
    cut: null,
  })
  const cut: Cut = { kind: 'setClass', ref: watched.name, class: 'microvm' }
  return { nodes: [own], edges: [answers, ...engineEdges(observed, id, cut)] }
}

function guest(observed: Observed): Drawn {
  const { watched } = observed
  const { name } = watched
  const kernel = `guest-kernel:${watched.id}`
  const hypervisor = `hypervisor:${watched.id}`
  const nodes = [
    node({ id: kernel, kind: 'guestKernel', label: sentence('node-guest-kernel', { name }), sandbox: watched.id }),
    node({
      id: hypervisor,
      kind: 'hypervisor',
      label: sentence('node-machine', { name }),
      sandbox: watched.id,
      details: [
        [
          sentence('detail-virtualisation'),
          sentence(observed.accelerated ? 'virtualised-by-hardware' : 'virtualised-by-program'),
        ],
        ...engineDetails(observed),
      ],
    }),
  ]
  const calls = edge({
    from: sandboxNodeId(watched.id),
    to: kernel,
    what: 'kernel',
    strength: 'shared',
    sentence: sentence('edge-own-kernel'),
    cut: null,
  })
  const machine = edge({
    from: kernel,
    to: hypervisor,
    what: 'kernel',
    strength: 'bounded',
    sentence: sentence(observed.accelerated ? 'edge-machine-hardware' : 'edge-machine-emulated'),
    cut: null,
  })
  // Of processes behind a kernel of their own this machine sees nothing; what was given is all that is known.
  const gains = watched.grants.some((grant) => grant.kind === 'new-privileges')
  const gaining = gains ? [gainingEdge(observed, kernel, 'shared')] : []
  return { nodes, edges: [calls, ...gaining, machine, ...engineEdges(observed, hypervisor, null)] }
}

/** How the sentry or the machine monitor stands before this machine's kernel, should the guest break through to it. */
function engineEdges(observed: Observed, from: string, cut: Cut | null): WordedEdge[] {
  const { engineProcess } = observed
  const controls = controllingOf(observed)
  const [strength, how] =
    controls.length > 0
      ? (['total', sentence('edge-engine-capabilities', { names: controls.join(', ') })] as const)
      : isFiltered(engineProcess)
        ? (['filtered', sentence('edge-engine-filtered')] as const)
        : (['shared', sentence('edge-engine-unfiltered')] as const)
  return [
    edge({ from, to: 'host-kernel', what: 'kernel', strength, sentence: how, cut }),
    ...namespaceEdges(observed, from).filter((shared) => shared.strength === 'total' && isHostRoot(engineProcess)),
  ]
}

function engineDetails({ engineProcess, fileServers, descriptors }: Observed): readonly Detail[] {
  const servers = [...new Set(fileServers.map(({ uid }) => nameUser(uid)))]
  return [
    [sentence('detail-process'), describeProcess(engineProcess)],
    [sentence('fact-user'), raw(nameUser(engineProcess.uid))],
    ...(servers.length === 0 ? [] : [[sentence('fact-server-user'), raw(servers.join(', '))] as const]),
    [sentence('fact-filter'), sentence(isFiltered(engineProcess) ? 'value-on' : 'value-off')],
    [sentence('detail-held-files'), listOf(descriptors.files.slice(0, 8), sentence('value-none'))],
  ]
}

function nameUser(uid: number): string {
  return uid === 0 ? 'root' : String(uid)
}
