/** What the kernel has counted for one sandbox since its start. Times in microseconds, sizes in bytes. */
export interface RawUsage {
  readonly cpuUs: number
  /** Enforcement periods of the cpu quota, and those in which it held the sandbox back. */
  readonly periods: number
  readonly throttledPeriods: number
  /** In use now, without page cache that can be dropped. */
  readonly memoryBytes: number
  readonly pids: number
  readonly ioReadBytes: number
  readonly ioWriteBytes: number
  readonly netReceiveBytes: number
  readonly netSendBytes: number
}

/** Reads what the kernel counts. */
export interface CgroupReader {
  readonly version: 'v1' | 'v2'
  /** MUST be called before all that are listed are read once more, with what was read of them before. */
  startRound(): void
  /**
   * `cgroup` as the engine knows it, `/joey/…`; `pid` is any process inside. Null where the sandbox has ended. With `before`, that
   * is given back where the processor was not used since: who does not run uses nothing else, or hardly, and its other
   * counters are eight more files.
   */
  read(cgroup: string, pid: number, before?: RawUsage): Promise<RawUsage | null>
}

/** Two sums of bytes: in and out of a disk, or of a network. */
export interface Traffic {
  readonly inBytes: number
  readonly outBytes: number
}
