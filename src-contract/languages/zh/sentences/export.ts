import type * as english from '../../../sentences/export.ts'
import type { Translated } from '../../define.ts'

export const exportSentences = {
  'export-while-running': '它正在运行：读取期间变化的文件可能只写了一半。要得到准确的副本，请停止它或创建快照。',
  'export-without-volumes': '不含其卷中的内容：{places}。',
  'export-without-devices': '略去 {count} 个设备节点：引擎会自行创建。',
  'export-without-sockets': '略去 {count} 个套接字：程序会重新创建。',
  'export-without-attributes': '略去镜像无法保存的 {count} 个属性（trusted.*，或名称含“=”）。',
  'export-without-names': '略去名称以“.wh.”开头的 {count} 个文件：在镜像中它表示删除。',
  'export-without-files': '略去含有机密的 {count} 个文件。',
  'export-without-variables': '略去的环境变量：{names}。',
  'export-without-memory': '略去实时快照的内存：包只含磁盘。',
  'export-without-pending': '不含为下次启动设置的内容：导出的是它现在的样子。',
  'export-without-image': '不含镜像 {image}：对方需要同一个镜像。',
} as const satisfies Translated<typeof english.exportSentences>
