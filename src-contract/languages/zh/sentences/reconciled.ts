import type * as english from '../../../sentences/reconciled.ts'
import type { Translated } from '../../define.ts'

export const reconciledSentences = {
  'found-not-taken-up': '无法重新接管“{name}”：{why}',
  'found-removal-finished': '已完成“{name}”的删除。',
  'found-removal-not-finished': '无法完成“{name}”的删除：{why}',
  'found-class-not-offered': '“{name}”得以保留，但无法管理：本机现在不提供它的级别。“joey doctor”会说明原因。',
  'found-volume-gone': '卷“{name}”的文件已不存在。它现在是空的。',
  'found-starting': '守护进程意外结束时正在启动“{name}”。请重新启动它。',
  'found-build-unfinished': '守护进程意外结束时，“{name}”中正在构建。构建已结束；已完成的步骤保留。',
  'found-ended': '“{name}”在守护进程不在时结束。',
  'found-gone': '“{name}”已不在运行，没有人看到它如何结束。',
  'found-stranger': '未知沙箱 {id} 的残留{removed, select, yes {已删除。} no {无法删除。原因在守护进程的日志中。}}',
  'found-no-network': '沙箱没有网络。{why}',
  'found-interfaces': '已删除没有沙箱使用的 {count} 个网络接口。',
  'found-network-part-gone': '{part, select, filter {沙箱的包过滤器} bridge {沙箱之间的网桥}}曾经消失，现已恢复。',
  'found-interface-gone': '沙箱 {id} 的网络接口已消失。重启该沙箱即可恢复。',
  'found-port-shared': '另一个程序也在监听端口 {port}；到该端口的连接仍通往沙箱 {id}。',
  'found-import-unfinished': '已删除未完成的导入（{name}）。',
  'found-image-blobs': '已删除 {count} 个层，它们属于已不存在的拉取镜像。',
  'found-image-stranger': '已删除没有记录的镜像文件（{file}）。',
  'found-image-gone': '已移除镜像 {image} 的记录：它的文件不存在。',
  'found-snapshot-work': '无法完成已对“{name}”的快照开始的工作：{why}',
  'found-layers': '已删除 {count} 个未完成的层的残留。',
  'found-snapshot':
    '“{name}”的快照“{snapshot}”{outcome, select, kept {已完成。} takenBack {在守护进程意外结束时正在创建。已撤销；请重新创建。}}',
  'found-ended-saving': '“{name}”在保存内存时结束。磁盘完好；请重新启动它。',
  'found-restore':
    '{outcome, select, finished {“{name}”的恢复已完成。} takenBack {守护进程意外结束时正在恢复“{name}”。已撤销；请重新恢复。}}',
  'found-class-change':
    '把“{name}”改为级别“{class}”的操作{outcome, select, finished {已完成。} takenBack {被中断，已撤销。}}',
  'found-class-change-because': '{change}{why}',
  'found-class-change-failed': '无法完成“{name}”的级别更改。{why}',
  'change-not-converted': '无法转换磁盘。',
  'change-agent-died': '守护进程在更改级别时意外结束。',
  'change-end-unseen': '它已结束，没有人看到如何结束。',
  'change-ended-at-once': '它立即结束。{how}',
} as const satisfies Translated<typeof english.reconciledSentences>
