/** Files of a virtual machine with two processors (kernel 6.18), shortened. */
export const recordedHost: Readonly<Record<string, string>> = {
  'proc/stat':
    'cpu  2812188 180 1018030 915710 12680 0 9599 4236 0 0\ncpu0 1408099 89 494976 474656 4467 0 1468 2145 0 0\nctxt 1\n',
  'proc/meminfo':
    'MemTotal:       24684092 kB\nMemFree:        21034236 kB\nMemAvailable:   23865060 kB\nBuffers:          614128 kB\nCached:          2042016 kB\nAnonPages:         11404 kB\nSlab:            1022124 kB\nKernelStack:        2896 kB\nPageTables:         3584 kB\nPercpu:             1216 kB\n',
  'proc/vmstat': 'nr_free_pages 1\noom_kill 5\n',
  'proc/loadavg': '0.74 1.50 3.14 2/322 98761\n',
  'proc/sys/kernel/pid_max': '4194304\n',
  'proc/diskstats':
    '   7       0 loop0 21825 59 1599206 5511 19507 26256 27207264 1096423 0 56752 1109586 283 0 1530152 182 3042 7469\n 254       0 vda 790235 56036 23373916 601942 5545181 4141185 634481520 6416479 0 718220 7508552 2768150 69191 557660080 378001 1534196 112127\n 254       1 vda1 790000 56036 23373000 601942 5545000 4141185 634481000 6416479 0 718220 7508552\n',
  'proc/net/dev':
    'Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n    lo: 99 9 0 0 0 0 0 0 99 9 0 0 0 0 0 0\n  eth0: 1000 10 0 1 0 0 0 0 2000 20 0 2 0 0 0 0\njy123456: 777 7 0 0 0 0 0 0 777 7 0 0 0 0 0 0\n',
  'proc/pressure/cpu':
    'some avg10=12.04 avg60=9.03 avg300=15.24 total=15842495642\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n',
  'proc/pressure/memory':
    'some avg10=0.00 avg60=0.00 avg300=0.00 total=1367150\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=319907\n',
  'proc/pressure/io':
    'some avg10=0.12 avg60=0.40 avg300=1.35 total=435321508\nfull avg10=0.12 avg60=0.31 avg300=0.90 total=80662389\n',
  'sys/block/vda/device/uevent': '',
  'sys/block/loop0/size': '1',
  'sys/class/net/eth0/device/uevent': '',
  'sys/class/net/jy123456/address': '',
}
