import type { Copy } from '../copy-shape.ts'
import type { common as english } from '../en/common.ts'

export const common = {
  cancel: '取消',
  close: '关闭',
  copy: '复制',
  copied: '已复制',
  copyThing: '复制{{thing}}',
  copyFailed: '无法复制',
  remove: '删除',
  usedByNothing: '无',
  save: '保存',
  edit: '编辑',
  details: '详细信息',
  show: '显示',
  hide: '隐藏',
  none: '无',
  noLimit: '无限制',
  more: '更多',
  loading: '正在加载…',
  remedy: { retry: '重试', startAgent: '启动守护进程', runCommand: '复制命令', openLog: '显示日志' },
} as const satisfies Copy<typeof english>
