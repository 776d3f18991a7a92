/** What the kernel has counted for one sandbox since its start. Times in microseconds, sizes in bytes. */
export interface RawUsage {
  readonly cpuUs: number
  /** Of which outside of the kernel; the rest was in it. */
  readonly cpuUserUs: number
  /** Enforcement periods of the cpu quota, and those in which it held the sandbox back. */
  readonly periods: number
  readonly throttledPeriods: number
  /** In use now, without page cache that can be dropped. */
  readonly memoryBytes: number
  /** Of all that is charged to it: of its processes, of files, of the kernel. */
  readonly memoryAnonBytes: number
  readonly memoryFileBytes: number
  readonly memoryKernelBytes: number
  /** Processes that the kernel killed because memory was at its limit. */
  readonly oomKills: number
  readonly pids: number
  readonly ioReadBytes: number
  readonly ioWriteBytes: number
  /** Operations of disks; null where this kernel does not count them. */
  readonly ioReads: number | null
  readonly ioWrites: number | null
  readonly netReceiveBytes: number
  readonly netSendBytes: number
  readonly netReceivePackets: number
  readonly netSendPackets: number
  readonly netReceiveDrops: number
  readonly netSendDrops: number
  readonly waits: Waits
}

/** Time in which some, or all, of its processes waited for a resource (PSI). Null where this kernel does not say. */
export interface Waits {
  readonly cpuSomeUs: number | null
  readonly cpuFullUs: number | null
  readonly memorySomeUs: number | null
  readonly memoryFullUs: number | null
  readonly ioSomeUs: number | null
  readonly ioFullUs: number | null
}

/** Reads what the kernel counts. */
export interface CgroupReader {
  readonly version: 'v1' | 'v2'
  /** MUST be called before all that are listed are read once more, with what was read of them before. */
  startRound(): void
  /**
   * `cgroup` as the engine knows it, `/joey/…`; `pid` is any process inside. Null where the sandbox has ended. With `before`, that
   * is given back where the processor was not used since: who does not run uses nothing else, or hardly, and its other
   * counters are a dozen more files. With `refresh`, what can change of one that does not run is read all the same: memory can be
   * taken from it, packets can come.
   */
  read(cgroup: string, pid: number, before?: RawUsage, refresh?: boolean): Promise<RawUsage | null>
}

/** Two sums: in and out of a disk, or of a network. */
export interface Traffic {
  readonly inBytes: number
  readonly outBytes: number
}

/** What the interfaces of a network namespace have counted, each in and out. */
export interface NetTraffic extends Traffic {
  readonly inPackets: number
  readonly outPackets: number
  readonly inDrops: number
  readonly outDrops: number
}
