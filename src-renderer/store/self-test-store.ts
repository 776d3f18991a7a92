import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { AppError } from '#contract/app-error'
import type { SandboxId } from '#contract/sandbox'
import { readSelfTest, runSelfTest, type SelfTestReport } from '#contract/selftest'
import { call } from '../call.ts'

export interface SelfTestModel {
  /** Undefined: not requested yet. Null: never checked. */
  readonly report: SelfTestReport | null | undefined
  readonly running: boolean
  readonly error: AppError | null
}

const unknown: SelfTestModel = { report: undefined, running: false, error: null }

type Models = ReadonlyMap<SandboxId, SelfTestModel>
export const selfTestStore = createStore<{ readonly tests: Models }>(() => ({ tests: new Map() }))

export function useSelfTest(id: SandboxId): SelfTestModel {
  return useStore(selfTestStore, ({ tests }) => tests.get(id) ?? unknown)
}

function change(id: SandboxId, changes: Partial<SelfTestModel>): void {
  selfTestStore.setState(({ tests }) => ({
    tests: new Map(tests).set(id, { ...(tests.get(id) ?? unknown), ...changes }),
  }))
}

/** Reads the latest report. An older one stays visible until it has come. */
export async function loadSelfTest(id: SandboxId): Promise<void> {
  try {
    change(id, { report: await call(readSelfTest, { ref: id }), error: null })
  } catch (error) {
    change(id, { error: AppError.from(error) })
  }
}

/** Tries from inside what must not work. Null when it could not be tried, which is then in the model. */
export async function startSelfTest(id: SandboxId): Promise<SelfTestReport | null> {
  change(id, { running: true, error: null })
  try {
    const report = await call(runSelfTest, { ref: id })
    change(id, { report, running: false })
    return report
  } catch (error) {
    change(id, { running: false, error: AppError.from(error) })
    return null
  }
}
