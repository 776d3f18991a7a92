import type { Copy } from '../copy-shape.ts'
import type { volumes as english } from '../en/volumes.ts'

export const volumes = {
  title: '卷',
  loading: '正在加载卷',
  columns: {
    name: '名称',
    size: '大小',
    created: '创建时间',
    usedBy: '使用者',
    actions: '操作',
  },
  own: '属于一个沙箱',
  createLabel: '新建卷',
  createHint: '无论沙箱是什么级别，卷中的文件都比使用它的沙箱保留更久。',
  createPlaceholder: 'data',
  create: '创建卷',
  created: '卷 {{name}} 已创建',
  createFailed: '没有创建卷',
  nameInvalid: '字母、数字、点、连字符和下划线；以字母或数字开头。',
  remove: '删除 {{name}}',
  removeTitle: '删除卷 {{name}}？',
  removeText: '其中的所有内容（{{size}}）会永久丢失。快照和导出都不含它。',
  removeTextUnmeasured: '其中的所有内容会永久丢失。快照和导出都不含它。',
  removed: '卷 {{name}} 已删除',
  removeFailed: '卷 {{name}} 没有删除',
  inUse: '有沙箱正在使用它',
  empty: {
    title: '还没有卷',
    text: '在这里创建卷，然后在新沙箱的挂载中指定它。声明了卷的镜像会自带卷。',
  },
  error: '无法显示卷',
  nothingFound: '没有这个名称的卷。',
} as const satisfies Copy<typeof english>
