import { descriptors } from '../../engines/microvm/qemu/qemu-arguments.ts'

/**
 * conmon starts this in place of an OCI runtime, as `sh -c SCRIPT joey-vm PIDFILE ... create --bundle B --pid-file P ID`.
 * Data comes as positional arguments only. It leaves behind one process, whose number it writes to PIDFILE, with the
 * streams that conmon made; conmon waits for that process and takes its exit code.
 *
 * That process starts QEMU in the machine's cgroup and outlives it for as long as it takes to save what QEMU
 * complained of and what the guest's last words were. Both come by pipes with room for 64 KiB, because a hostile guest
 * could fill files without end.
 */
export const launchScript = `set -eu
# The last six arguments are conmon's.
count=$(($#-6))
for each do shift; if [ $count -gt 0 ]; then set -- "$@" "$each"; count=$((count-1)); fi; done
pidfile=$1 folder=$2 state=$3; shift 3
machine() {
  mkfifo -m 600 "$folder/status.pipe" "$folder/words.pipe"
  exec 5<>"$folder/status.pipe" 6<>"$folder/words.pipe"
  exec 9<"$folder/status.pipe" ${descriptors.status}>"$folder/status.pipe" 5>&-
  exec 5<"$folder/words.pipe" ${descriptors.output}>&1 ${descriptors.errors}>&2 1>/dev/null 2>"$folder/words.pipe" 6>&-
  code=0
  (
    exec 5<&- 9<&- 6>"$folder/info" ${descriptors.state}<"$state"
    while [ "$1" != -- ]; do echo 0 >"$1"; shift; done
    shift
    exec "$@"
  ) || code=$?
  exec ${descriptors.status}>/dev/null 2>/dev/null ${descriptors.output}>&- ${descriptors.errors}>&-
  # Only where the emulator has outlived its parent is there still a writer to wait for.
  timeout 0.5 head -c 512 <&9 >"$folder/status.new" || true; mv "$folder/status.new" "$folder/status"
  timeout 0.5 head -c 16384 <&5 >"$folder/words.new" || true; mv "$folder/words.new" "$folder/words"
  exit $code
}
exec 4<&0
machine "$@" <&4 4<&- &
echo $! >"$pidfile"
`

/** Descriptor by which bwrap tells the number of the process inside. */
export const infoDescriptor = 6

export interface ScriptArguments {
  readonly pidFile: string
  /** Where the script's own files go: the names in {@link scriptFiles}. */
  readonly folder: string
  /** State of a booted guest, or `/dev/null`. */
  readonly state: string
  readonly joinFiles: readonly string[]
  readonly command: readonly string[]
}

/** What follows the script on its command line. */
export function scriptArguments({ pidFile, folder, state, joinFiles, command }: ScriptArguments): string[] {
  return [pidFile, folder, state, ...joinFiles, '--', ...command]
}

/** Files that the script leaves; `info` is there while the machine runs, the others once it has ended. */
export const scriptFiles = { info: 'info', status: 'status', words: 'words' } as const
