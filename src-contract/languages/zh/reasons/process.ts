import type * as english from '../../../reasons/process.ts'
import type { Translated } from '../../define.ts'

export const processReasons = {
  'acknowledged-too-much': '确认的字节数超过已发送的字节数。',
  'attach-runs-nothing': '这个连接跟随主进程。',
  'exec-already-started': '一个连接只运行一条命令。',
  'exec-failed': '无法在沙箱中启动命令。沙箱在运行吗？',
  'exec-request-late': '客户端在 {seconds} 秒内没有说明要运行什么。',
  'log-reader-too-slow': '输出的读取速度长时间低于写入速度，一部分已丢失。',
  'pipes-not-made': '本机的 shell 无法创建命令需要的管道。',
  'shell-not-found': '镜像中没有 Joey 认识的 shell。请说明终端要运行哪个程序。',
  'stdin-ended': '这个沙箱的标准输入已经结束。',
  'terminal-busy': '这个终端中可能还有正在运行的程序，而不只是等待中的 shell。',
  'terminal-is-main': '这是主进程的终端。停止沙箱即可结束它。',
  'terminal-not-found': {
    sentence:
      '{found, select, gone {这个终端已不存在。} none {“{name}”没有终端 {terminal}。} other {“{name}”有多个终端 {terminal}。}}',
    why: '显示它的终端。',
  },
  'too-many-terminals':
    '{where, select, sandbox {沙箱已有 {limit} 个终端。} other {已有 {limit} 个终端。}}请关闭不再需要的终端。',
} as const satisfies Translated<typeof english.processReasons>
