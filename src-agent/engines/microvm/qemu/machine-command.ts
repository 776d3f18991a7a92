import { oomScores } from '../../../base/process/oom-score.ts'
import { withoutReach } from '../../scope.ts'
import { confineMachine, type MachineFiles, type Wrapping } from './confine-machine.ts'
import { infoDescriptor } from './launch-script.ts'
import { withDeadTap } from './machine-network.ts'
import { type MachineDescription, qemuArguments } from './qemu-arguments.ts'

/** Programs that a machine is made of, by absolute path. */
export interface MachinePrograms {
  readonly qemu: string
  readonly bwrap: string
}

/**
 * The whole command of a sandbox's machine, to be started in its cgroup. `netns`: null for one of its own, where a device
 * that the machine has all the same leads nowhere.
 */
export function machineCommand(
  programs: MachinePrograms,
  files: MachineFiles,
  machine: MachineDescription,
  netns: string | null,
): string[] {
  const { shape, acceleration } = machine
  const wrapping = {
    bwrap: programs.bwrap,
    acceleration,
    hasNetwork: shape.network,
    keepsNetwork: netns !== null || shape.network,
    diesWithStarter: false,
    infoDescriptor,
  }
  const command = shutIn(programs, files, { machine, wrapping })
  if (netns !== null) return ['nsenter', `--net=${netns}`, '--', ...command]
  return shape.network ? withDeadTap(command) : command
}

/** The same for a machine that nobody uses: a template, or a trial. */
export function idleCommand(programs: MachinePrograms, files: MachineFiles, machine: MachineDescription): string[] {
  const { shape, acceleration } = machine
  const hasNetwork = shape.network
  const own = { diesWithStarter: true, infoDescriptor: null }
  const wrapping = { bwrap: programs.bwrap, acceleration, hasNetwork, keepsNetwork: hasNetwork, ...own }
  const command = shutIn(programs, files, { machine, wrapping })
  return hasNetwork ? withDeadTap(command) : command
}

interface Shape {
  readonly machine: MachineDescription
  readonly wrapping: Wrapping
}

function shutIn({ qemu }: MachinePrograms, files: MachineFiles, { machine, wrapping }: Shape): string[] {
  return [...withoutReach('local'), ...confineMachine(files, wrapping), qemu, ...qemuArguments(machine)]
}

const joinScript = `while [ "$1" != -- ]; do echo 0 >"$1" || exit 1; shift; done; shift; echo ${oomScores.guest} >/proc/self/oom_score_adj; exec "$@"`

/**
 * Wraps a command: it joins a cgroup before all else, and does not start where that is gone. Where the machine runs out of
 * memory it goes first, like all of a guest.
 */
export function inCgroup(joinFiles: readonly string[], command: readonly string[]): string[] {
  return ['sh', '-c', joinScript, 'joey-join', ...joinFiles, '--', ...command]
}
