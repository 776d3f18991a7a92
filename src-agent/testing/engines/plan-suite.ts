import { expect, test } from 'vitest'
import type { Trial } from './trial.ts'

/** What a driver makes of the fields of a plan. */
export function describePlans(current: () => Trial): void {
  test('the driver reads exactly the fields of a plan that it is said to read', async () => {
    const trial = current()
    const read = new Set<string>()
    const plan = new Proxy(trial.plan(['true']), {
      get(fields, key, receiver) {
        if (typeof key === 'string') read.add(key)
        return Reflect.get(fields, key, receiver)
      },
    })
    await trial.launch(plan)
    await trial.ending()
    const said = Object.entries(trial.setting.readsOfPlan).flatMap(([key, how]) => (how === 'read' ? [key] : []))
    expect([...read].sort()).toEqual(said.sort())
  }, 120_000)
}
