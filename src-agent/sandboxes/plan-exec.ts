import { AppError } from '#contract/app-error'
import type { ExecRequest } from '#contract/process'
import type { ExecCommand, ProcessPlan } from '../engines/driver.ts'
import { insidePath } from '../engines/oci/runtime-config.ts'
import type { SandboxRecord, SandboxRecords } from '../state/records/sandbox-records.ts'
import type { SandboxPaths } from '../state/sandbox-paths.ts'
import type { ImageMounts } from '../storage/layers/image-mounts.ts'
import { type AccountFilesDeps, readAccounts, readLiveAccounts } from './account-files.ts'
import { driverOf } from './find-driver.ts'
import { hostnameOf } from './hostname.ts'
import { type AccountFiles, planProcess, requireProgram } from './process-plan.ts'
import { requireState } from './require-state.ts'
import { zoneInside } from './time-zone.ts'

interface Deps extends AccountFilesDeps {
  readonly imageMounts: Pick<ImageMounts, 'ensure'>
  readonly records: SandboxRecords
}

type ExecWish = Omit<ExecRequest, 'type' | 'stdin' | 'timeoutMs' | 'detach'> & {
  readonly detach?: boolean
  readonly tty: boolean
  readonly columns?: number
  readonly rows?: number
}

/** Resolves who, where and with what a command runs in a running sandbox, and prepares its command line. */
export type PlanExec = (
  record: SandboxRecord,
  wish: ExecWish,
) => Promise<{ readonly command: ExecCommand; readonly paths: SandboxPaths }>

export function createPlanExec(deps: Deps): PlanExec {
  return async (record, wish) => {
    requireState(record, ['running'], 'entered')
    requireProgram(wish.argv)
    const { sandbox } = record
    const paths = deps.folder.sandbox(sandbox.id)
    const image = deps.images.find(sandbox.imageDigest)
    const surroundings = {
      spec: sandbox.spec,
      image: image.config,
      zone:
        sandbox.spec.timeZone === null
          ? null
          : await zoneInside(await deps.imageMounts.ensure(sandbox.imageDigest), sandbox.spec),
      hostname: record.hostname ?? hostnameOf(sandbox),
    }
    const argv = wish.detach === true ? [insidePath, '--detached', ...wish.argv] : wish.argv
    const planned = await planWithAccounts(deps, record, (accounts) =>
      planProcess({ ...wish, argv }, { ...surroundings, accounts }),
    )
    // Looked at anew: what begins in a gVisor sandbox while its memory is being saved would end the save and the sandbox.
    requireState(deps.records.get(sandbox.id) ?? record, ['running'], 'entered')
    const command = await driverOf(deps, sandbox.class).exec(paths, sandbox.id, planned)
    return { command, paths }
  }
}

const unknownAccounts = ['user-unknown', 'group-unknown']

/** An account that is not found may have been made only now, and not be on the disk yet. */
async function planWithAccounts(
  deps: AccountFilesDeps,
  record: SandboxRecord,
  plan: (accounts: AccountFiles) => ProcessPlan,
): Promise<ProcessPlan> {
  try {
    return plan(await readAccounts(deps, record))
  } catch (error) {
    if (!(error instanceof AppError) || !unknownAccounts.includes(error.wire.reason)) throw error
    const live = await readLiveAccounts(deps, record)
    if (live === null) throw error
    return plan(live)
  }
}
