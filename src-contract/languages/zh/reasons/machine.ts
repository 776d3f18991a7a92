import type * as english from '../../../reasons/machine.ts'
import type { Translated } from '../../define.ts'

export const machineReasons = {
  'disk-of-machine-full': {
    sentence:
      '{by, select, quota {{path} 所在磁盘的配额已用完。} other {{path} 所在的磁盘已满：可用 {free} MiB。}}请用 joey snapshot prune、joey image rm 或 joey rm 删除不需要的内容，然后再试。',
    why: '删除保留规则不再保留的内容。',
  },
  'disk-of-machine-read-only': {
    sentence: '无法写入 {path}，因为它的文件系统是只读的。请重新以可写方式挂载，然后再试。',
    why: '显示它如何挂载。',
  },
  'open-files-used-up': {
    sentence:
      '{by, select, agent {守护进程打开的文件数已达上限。} machine {本机打开的文件数已达上限。} other {内核监视的文件数已达上限。}}请用 joey stop 停止不需要的沙箱，然后再试。',
    why: '显示正在运行的沙箱。',
  },
  'memory-of-machine-used-up': {
    sentence: '本机剩余内存太少：可用 {free} MiB。请用 joey stop 停止不需要的沙箱，然后再试。',
    why: '显示正在运行的沙箱。',
  },
} as const satisfies Translated<typeof english.machineReasons>
