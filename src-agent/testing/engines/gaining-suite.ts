import { expect, test } from 'vitest'
import type { Grant } from '#contract/sandbox'
import { capableMask, capableProgram } from './capable-program.ts'
import type { Trial } from './trial.ts'

const user = { uid: 1000, gid: 1000 }
/** joey-inside as a program of root with the set-user-id bit; it ends with 77 where it is root, with 78 where it is not. */
const place = 'cat /dev/.joey/probe >/gain; busybox chmod 4755 /gain'
const [isRoot, isUser] = [77, 78]

/** What programs gain by what their files say: nothing, but by the grant that is about it. */
export function describeGaining(current: () => Trial): void {
  test.each<[string, readonly Grant[], boolean]>([
    ['without a grant a program gains nothing', [], false],
    ['with the grant a program gains rights', [{ kind: 'new-privileges' }], false],
    ['with the grant it does where the root is read-only', [{ kind: 'new-privileges' }], true],
  ])(
    '%s by its set-user-id bit and its capabilities, as a command and as the main process',
    async (_rule, grants, readOnlyRoot) => {
      const trial = current()
      // This one's kernel has no such thing, and its class refuses the grant.
      const gains = grants.length > 0 && trial.driver.class !== 'gvisor'
      await trial.runToEnd(place)
      await trial.driver.remove(trial.id, trial.paths)
      await trial.launch(trial.plan(['sleep', '1000'], { grants, readOnlyRoot }))
      expect(await trial.exec(['/gain', '--effective-user'], user)).toMatchObject({ code: gains ? isRoot : isUser })
      const { text } = await trial.exec([capableProgram, 'grep', 'CapEff', '/proc/self/status'], user)
      expect(text).toBe(`CapEff:\t${gains ? capableMask : '0000000000000000'}\n`)
      await trial.driver.remove(trial.id, trial.paths)
      const process = trial.process(['/gain', '--effective-user'], user)
      await trial.launch(trial.plan([], { grants, readOnlyRoot, process }))
      expect(await trial.ending()).toMatchObject({ code: gains ? isRoot : isUser })
    },
    60_000,
  )

  test('with the grant system calls are filtered all the same', async () => {
    const trial = current()
    if (!trial.driver.sharesProcesses && trial.driver.class === 'gvisor') return
    await trial.launch(trial.plan(['sleep', '1000'], { grants: [{ kind: 'new-privileges' }] }))
    for (const pid of ['1', 'self']) {
      const { text } = await trial.exec(['cat', `/proc/${pid}/status`])
      expect(text).toMatch(/^Seccomp:\t2$/m)
      expect(text).toMatch(/^CapEff:\t00000000000405fb$/m)
      expect(text).toMatch(/^CapBnd:\t00000000000405fb$/m)
      if (trial.driver.sharesProcesses) expect(text).toMatch(/^NoNewPrivs:\t0$/m)
    }
  }, 60_000)
}
