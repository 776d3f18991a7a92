import { type Context, printNote } from '../../context.ts'
import { sanitize } from '../../output/sanitize.ts'
import { describeRawSockets, makesPackets, programOf } from './raw-sockets.ts'

/** Programs whose whole purpose is to make somebody else of who runs them, and that ordinary users need it for. */
const gaining: ReadonlySet<string> = new Set(['sudo', 'su', 'doas', 'pkexec'])

interface Failed {
  readonly argv: readonly string[]
  /** As `-u` has it; null: the sandbox's own. */
  readonly user: string | null
}

/** After one of them has failed for an ordinary user: what it lacks, and the grant that gives it. Says nothing otherwise. */
export async function warnOfLackingRights(
  context: Pick<Context, 'client' | 'stderr'>,
  ref: string,
  { argv, user }: Failed,
): Promise<void> {
  const program = programOf(argv)
  if (!gaining.has(program) && !makesPackets(argv)) return
  // It is an addition to an answer that is complete without it.
  const sandbox = await context.client.inspectSandbox({ ref }).catch(() => null)
  if (sandbox === null) return
  const { name, spec, imageDigest, class: isolation } = sandbox
  const raw = describeRawSockets(
    argv,
    spec.grants,
    `joey grant ${sanitize(name)} cap:NET_RAW gives them from its next start on`,
  )
  if (raw !== null) printNote(context, raw)
  if (!gaining.has(program) || spec.grants.some(({ kind }) => kind === 'new-privileges')) return
  const ofImage = async () => {
    const images = await context.client.listImages({}).catch(() => [])
    return images.find(({ digest }) => digest === imageDigest)?.config.user ?? ''
  }
  if (isRoot(user ?? spec.user ?? (await ofImage()))) return
  const means =
    isolation === 'gvisor'
      ? 'Another class can give them: joey class set'
      : `joey grant ${sanitize(name)} new-privileges gives them from its next start on`
  printNote(context, `joey: Files give programs no rights in "${sanitize(name)}", so "${program}" has none. ${means}.`)
}

function isRoot(user: string): boolean {
  return ['', 'root', '0'].includes(user.split(':')[0] ?? '')
}
