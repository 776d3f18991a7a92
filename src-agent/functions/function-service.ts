import type * as z from 'zod'
import { AppError, appError } from '#contract/app-error'
import type { deployFunction, FunctionDetails, Invocation, JoeyFunction, TrafficShare } from '#contract/function'
import { createKeyedLock } from '../base/async/locks.ts'
import type { InsideDeps } from '../build/run-inside.ts'
import { resolveArgv } from '../sandboxes/process-plan.ts'
import type { FunctionRecords } from '../state/records/function-records.ts'
import { answerCall } from './answer-call.ts'
import { createGateway, type Gateway } from './gateway/gateway.ts'
import { createInstances, type FunctionSandbox, type InstanceDeps } from './instances.ts'
import { type MakeDeps, makeRevision } from './make-revision.ts'
import { createRunners, type Runners } from './runners.ts'
import { withRevision, withTraffic } from './traffic.ts'

interface Deps extends MakeDeps, InstanceDeps, Pick<InsideDeps, 'pipes'> {
  readonly sandboxes: InstanceDeps['sandboxes'] & InsideDeps['sandboxes']
  readonly onError: (error: unknown) => void
}

/** Functions: sandboxes that are there while they are called. */
export interface FunctionService {
  /** Takes over what an earlier agent has left, and listens where there is a function. */
  resume(): Promise<void>
  deploy(request: z.output<(typeof deployFunction)['request']>): Promise<FunctionDetails>
  list(): FunctionDetails[]
  find(name: string): FunctionDetails
  setTraffic(name: string, traffic: readonly TrafficShare[]): Promise<FunctionDetails>
  /** With `force` calls under way are ended, else waited for. */
  remove(name: string, force: boolean): Promise<{ name: string }>
  invocations(name: string, last: number): readonly Invocation[]
  /** What needs an image, by the name that people know. */
  users(): readonly { readonly name: string; readonly imageDigest: string }[]
  /** The instances go on, for a later agent. */
  close(): Promise<void>
}

export function createFunctionService(deps: Deps): FunctionService {
  const { functionRecords: records } = deps
  const lock = createKeyedLock()
  const instances = createInstances(deps)
  const runners = createRunners({ instances, onError: deps.onError })
  const gateway = wireGateway(deps, runners)
  const listen = () => listenWhereBefore(gateway, records)
  const require = (name: string): JoeyFunction => {
    const each = records.get(name)
    if (each === undefined) throw appError('function-not-found', { name })
    return each
  }
  const describe = (each: JoeyFunction) => describeFunction(each, gateway, runners)
  const keep = (each: JoeyFunction): FunctionDetails => {
    records.put(each)
    runners.follow(each)
    return describe(each)
  }
  const unsubscribe = followEnds(deps, runners)
  return {
    async resume() {
      const adopted = await instances.adopt(({ function: name, revision }) => hasRevision(records.get(name), revision))
      for (const each of records.all())
        runners.follow(each, groupByRevision(adopted.filter(({ function: name }) => name === each.name)))
      if (records.all().length > 0) await listen()
    },
    deploy: ({ name, spec, takeTraffic }) =>
      lock.run(name, async () => {
        const before = records.get(name)
        const revision = await makeRevision(deps, spec, before)
        await listen()
        if (before !== undefined) return keep(withRevision(before, revision, takeTraffic))
        const traffic = [{ revision: revision.number, percent: 100, tag: null }]
        return keep({ name, createdAt: revision.createdAt, revisions: [revision], traffic })
      }),
    list: () => records.all().map(describe),
    find: (name) => describe(require(name)),
    setTraffic: (name, traffic) => lock.run(name, async () => keep(withTraffic(require(name), traffic))),
    remove: (name, force) =>
      lock.run(name, async () => {
        const ids = runners.states(require(name)).flatMap(({ instances: own }) => own)
        records.remove(name)
        if (force) for (const id of ids) await deps.sandboxes.remove(id, true, true).catch(ignoreGone)
        await runners.remove(name)
        return { name }
      }),
    invocations: (name, last) => records.invocations(require(name).name, last),
    users: () =>
      records
        .all()
        .flatMap(({ name, revisions }) => revisions.map(({ imageDigest }) => ({ name: `fn ${name}`, imageDigest }))),
    async close() {
      unsubscribe()
      gateway.close()
      await runners.leaveBehind()
      records.keepInvocations()
    },
  }
}

/** The port is chosen once; another one only where somebody else has it. */
async function listenWhereBefore(gateway: Gateway, records: FunctionRecords): Promise<void> {
  const wanted = records.gatewayPort()
  const port = await gateway.listen(wanted)
  if (port !== wanted) records.keepGatewayPort(port)
}

function describeFunction(each: JoeyFunction, gateway: Gateway, runners: Runners): FunctionDetails {
  const port = gateway.port()
  return {
    ...each,
    url: port === null ? null : `http://${each.name}.localhost:${port}/`,
    states: [...runners.states(each)],
  }
}

function wireGateway(deps: Deps, runners: Runners): Gateway {
  const { functionRecords: records, images } = deps
  const parts = {
    find: records.get,
    take: runners.take,
    forwarderOf: runners.forwarderOf,
    argvOf: ({ spec, imageDigest }: JoeyFunction['revisions'][number]) =>
      resolveArgv(spec.sandbox, images.find(imageDigest).config),
    record: (name: string, invocation: Invocation) => {
      if (records.get(name) !== undefined) records.addInvocation(name, invocation)
    },
    inside: deps,
    now: deps.now,
  }
  return createGateway({ answer: (call) => answerCall(parts, call), onError: deps.onError })
}

/** Instances that end by themselves, or by a person's hand. */
function followEnds({ events }: Deps, runners: Runners): () => void {
  return events.subscribe((event) => {
    if (event.type === 'sandbox.removed') runners.ended(event.id)
    else if (event.type === 'sandbox.changed' && event.sandbox.state === 'stopped') runners.ended(event.sandbox.id)
  })
}

function hasRevision(each: JoeyFunction | undefined, number: number): boolean {
  return each?.revisions.some((revision) => revision.number === number) ?? false
}

function groupByRevision(
  own: readonly { readonly revision: number; readonly sandbox: FunctionSandbox }[],
): ReadonlyMap<number, readonly FunctionSandbox[]> {
  const groups = new Map<number, FunctionSandbox[]>()
  for (const { revision, sandbox } of own) groups.set(revision, [...(groups.get(revision) ?? []), sandbox])
  return groups
}

function ignoreGone(error: unknown): void {
  if (AppError.from(error).wire.code !== 'notFound') throw error
}
