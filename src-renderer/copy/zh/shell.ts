import type { Copy } from '../copy-shape.ts'
import type * as english from '../en/shell.ts'

export const shell = {
  navigation: '主导航',
  nav: { sandboxes: '沙箱', isolation: '隔离', images: '镜像', volumes: '卷', host: '本机' },
  newSandbox: '新建沙箱',
  search: '搜索',
  searchPlaceholder: '搜索…',
  clearSearch: '清除搜索',
  commands: '命令',
  back: '返回列表',
  skip: '跳到内容',
  agent: {
    live: '守护进程已连接',
    connecting: '正在连接守护进程',
    lost: '守护进程已断开',
    starting: '正在启动…',
    staleTitle: '守护进程没有响应。',
    staleText: '您看到的是最后已知的状态；操作要等它恢复。没有它，沙箱也会继续运行。',
    disabled: '守护进程不在时无法执行',
  },
  notConfined: 'Chromium 没有限制这个窗口：适合试用，不适合日常使用。',
  olderElectron: '较旧的 Electron {{version}}：适合试用，不适合日常使用。',
  theme: { label: '主题', system: '跟随系统', dark: '深色', light: '浅色' },
  language: { label: '语言（Language）', system: '跟随系统', choose: '语言：{{language}}' },
  layers: '菜单和提示',
  messages: '消息',
  notFound: { title: '这里没有内容', text: '这个页面或沙箱不存在，或已不存在。' },
  crash: { title: '窗口的这一部分出错', text: '沙箱不受影响。', again: '重新显示' },
} as const satisfies Copy<typeof english.shell>

export const palette = {
  title: '命令',
  description: '查找沙箱或操作，然后按 Enter。',
  placeholder: '前往沙箱，或输入操作…',
  nothing: '没有匹配项。',
  go: '前往',
  actions: '操作',
  sandboxes: '沙箱',
  theme: '主题：{{theme}}',
  hintMove: '移动',
  hintRun: '执行',
  hintClose: '关闭',
} as const satisfies Copy<typeof english.palette>

export const keys = {
  title: '按键',
  description: '终端中的其他按键都属于其中运行的程序。',
  everywhere: '任何位置',
  editor: '在文件编辑器中',
  terminal: '在终端中',
  of: {
    everywhere: { commands: '命令', create: '新建沙箱', search: '搜索', keys: '本按键表' },
    editor: { save: '保存', indent: '缩进', leave: '离开文本' },
    terminal: {
      commands: '命令',
      leave: '离开到标签页；Enter 返回，Delete 关闭',
      next: '下一个终端',
      previous: '上一个终端',
      open: '新建终端',
      close: '关闭终端',
      copy: '复制',
      paste: '粘贴',
      find: '查找',
      larger: '放大文字',
      smaller: '缩小文字',
      link: '复制链接地址',
    },
  },
} as const satisfies Copy<typeof english.keys>
