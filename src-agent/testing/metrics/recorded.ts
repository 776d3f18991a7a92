import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Files of a hybrid host (kernel 6.18), shortened where the parser has nothing to learn from more of the same. */
export const recordedV1: Readonly<Record<string, string>> = {
  'cgroups/unified/cgroup.controllers': '',
  'cgroups/cpuacct/joey/t/a/cpuacct.usage': '232311925\n',
  'cgroups/cpuacct/joey/t/a/cpuacct.usage_user': '180211004\n',
  'cgroups/cpu/joey/t/a/cpu.stat':
    'nr_periods 11\nnr_throttled 9\nthrottled_time 786083205\nnr_bursts 0\nburst_time 0\n',
  'cgroups/memory/joey/t/a/memory.usage_in_bytes': '1036288\n',
  'cgroups/memory/joey/t/a/memory.stat':
    'cache 110592\nrss 262144\ninactive_file 4096\nactive_file 20480\nhierarchical_memory_limit 9223372036854771712\ntotal_cache 110592\ntotal_rss 262144\ntotal_inactive_file 90112\ntotal_active_file 20480\n',
  'cgroups/memory/joey/t/a/memory.kmem.usage_in_bytes': '663552\n',
  'cgroups/memory/joey/t/a/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 3\n',
  'cgroups/pids/joey/t/a/pids.current': '2\n',
  'cgroups/pids/joey/t/a/cgroup.procs': '41\n42\n',
  'cgroups/blkio/joey/t/a/blkio.throttle.io_service_bytes_recursive':
    '254:0 Read 3145728\n254:0 Write 4194304\n254:0 Sync 0\n254:0 Async 3145728\n254:0 Discard 0\n254:0 Total 7340032\n253:0 Read 1\n253:0 Write 0\n253:0 Total 1\nTotal 7340033\n',
  'cgroups/blkio/joey/t/a/blkio.throttle.io_serviced_recursive':
    '254:0 Read 96\n254:0 Write 128\n254:0 Sync 0\n254:0 Async 96\n254:0 Discard 0\n254:0 Total 224\nTotal 224\n',
  'cgroups/unified/joey/t/a/cpu.pressure':
    'some avg10=1.10 avg60=0.20 avg300=0.04 total=41022\nfull avg10=0.50 avg60=0.10 avg300=0.02 total=20511\n',
  'cgroups/unified/joey/t/a/memory.pressure':
    'some avg10=0.00 avg60=0.00 avg300=0.00 total=310\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=300\n',
  'cgroups/unified/joey/t/a/io.pressure':
    'some avg10=0.00 avg60=0.00 avg300=0.00 total=7200\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7100\n',
  'processes/41/net/dev': netDev(['lo', 574410, 574410], ['eth0', 1366626922, 3116321]),
  'processes/41/io':
    'rchar: 6312400\nwchar: 6291665\nread_bytes: 3158016\nwrite_bytes: 3162112\ncancelled_write_bytes: 0\n',
  'processes/42/io': 'rchar: 1\nread_bytes: 4096\nwrite_bytes: 8192\ncancelled_write_bytes: 0\n',
}

/** Files of a host with cgroup v2 alone. */
export const recordedV2: Readonly<Record<string, string>> = {
  'cgroups/cgroup.controllers': 'cpuset cpu io memory hugetlb pids rdma misc\n',
  'cgroups/joey/t/a/cpu.stat':
    'usage_usec 2581325\nuser_usec 1900211\nsystem_usec 681114\nnr_periods 40\nnr_throttled 10\nthrottled_usec 612233\n',
  'cgroups/joey/t/a/memory.current': '52428800\n',
  'cgroups/joey/t/a/memory.stat':
    'anon 40000000\nfile 12000000\nkernel 428800\nkernel_stack 65536\ninactive_anon 1000\nactive_anon 2000\ninactive_file 10485760\nactive_file 500\n',
  'cgroups/joey/t/a/memory.events': 'low 0\nhigh 0\nmax 12\noom 2\noom_kill 1\noom_group_kill 0\n',
  'cgroups/joey/t/a/cpu.pressure':
    'some avg10=0.00 avg60=0.00 avg300=0.00 total=900\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n',
  // One line where the kernel does not know the other; `io.pressure` is not there at all.
  'cgroups/joey/t/a/memory.pressure': 'some avg10=0.00 avg60=0.00 avg300=0.00 total=41\n',
  'cgroups/joey/t/a/pids.current': '7\n',
  'cgroups/joey/t/a/io.stat':
    '259:0 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0\n253:1 rbytes=800 wbytes=96 rios=1 wios=1 dbytes=0 dios=0\n7:0 \n',
  'processes/41/net/dev': netDev(['lo', 5, 5], ['eth0', 1000, 2000], ['eth1', 10, 20]),
}

export async function writeRecorded(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}

function netDev(...interfaces: readonly (readonly [string, number, number])[]): string {
  const rows = interfaces.map(
    ([name, received, sent]) =>
      `${name.padStart(6)}: ${received}  772    0    4    0     0       0      0   ${sent}     771    0    5    0     0       0          0\n`,
  )
  return `Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n${rows.join('')}`
}
