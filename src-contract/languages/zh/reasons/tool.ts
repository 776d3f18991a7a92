import type * as english from '../../../reasons/tool.ts'
import type { Translated } from '../../define.ts'

export const toolReasons = {
  'deadline-passed': '用时超过允许的时间，已停止。',
  'mount-namespace-shared': '守护进程必须在自己的挂载命名空间中运行。请用“joey agent start”启动它。',
  'script-missing': '此安装缺少一部分。请重新安装 Joey。',
  'tool-not-started': '无法启动程序 {program}。',
  'tool-start-timeout': '无法及时启动程序 {program}：它或它的目录所在的文件系统没有响应。',
  'tool-output-too-large': '程序 {program} 的输出超过 {limit} 字节。',
  cancelled: '工作已取消。',
  internal: 'Joey 内部出错。详细信息在守护进程的日志中。',
  'tool-failed':
    '{what, select, exit {程序 {program} 失败，退出码 {code}。} image {程序 {program} 无法读取或写入镜像。} noImage {程序 {program} 没有留下镜像。} other {无法复制沙箱的一个文件。}}',
  'tool-timeout':
    '{seconds, select, = {程序 {program} 处理镜像用时太长。} other {程序 {program} 在 {seconds} 秒内没有结束，已停止。}}',
  'program-missing':
    '{what, select, builtInImage {内置镜像由静态 busybox 制成，而本机没有。} ownFiles {此安装缺少更改文件的程序。} other {本机没有安装程序 {program}。}}',
  'file-too-large':
    '{where, select, read {文件 {path} 超过 {limit} 字节。} machine {{path} 超过本机文件系统允许的大小。} other {{path} 会超过文件系统允许的大小。}}',
  'disk-full':
    '{where, select, export {磁盘已满，因此没有生成任何内容。请腾出空间再试。} image {导入镜像时磁盘已满。请腾出空间再试。} sandbox {沙箱的磁盘没有剩余空间。请先删除一些内容。} quota {您在本机磁盘上没有剩余空间。} other {本机磁盘没有剩余空间。}}',
} as const satisfies Translated<typeof english.toolReasons>
