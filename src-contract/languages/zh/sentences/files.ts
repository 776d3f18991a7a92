import type * as english from '../../../sentences/files.ts'
import type { Translated } from '../../define.ts'

export const fileSentences = {
  'copy-skipped':
    '{path} {why, select, fifo {是命名管道} socket {是套接字} device {是设备} gone {在读取之前已消失} mounted {是沙箱中的挂载} leadsOut {是在本机上会指向别处的链接}}。',
  'copy-skipped-more': '还有 {count} 个。',
  'file-too-deep': '目录嵌套深度超过一个路径能表示的范围。',
  'file-copy-not-exact': '副本不准确：{words}',
  'copy-of-other-kind': '类型或权限不同。',
  'copy-of-other-owner': '所有者不同。',
  'copy-of-other-size': '大小不同。',
  'copy-with-other-links': '硬链接不同。',
  'copy-of-other-length': '{wanted} 个条目变成了 {found} 个。',
  'copy-missing': '它不存在。',
  'file-gone-meanwhile': '复制时它已不存在。',
  'file-of-name-missing': '这个名称所属的文件不存在。',
  'file-name-too-long': '它的名称超过 {limit} 字节。',
  'file-path-too-long': '它的路径太长。',
} as const satisfies Translated<typeof english.fileSentences>
