import type * as english from '../../../reasons/window.ts'
import type { Translated } from '../../define.ts'

export const windowReasons = {
  'agent-start-failed': '无法启动守护进程。原因在详细信息中。',
  'file-not-written': '无法把文件写到那里。请选择另一个位置。',
  'input-too-fast': '沙箱没有读取粘贴的内容。已离开终端。',
  'operation-not-offered': '窗口不能请求这个操作。',
  'sender-not-trusted': '这个页面不能请求这个操作。',
  'stream-not-offered': '窗口不能打开这个流。',
  'stream-timeout': '与守护进程的连接没有及时打开。',
  'too-many-streams': '窗口打开的流太多。',
  'agent-not-answering': '守护进程没有响应。它可能非常繁忙，或已卡住。',
  'bad-answer': '守护进程与这个窗口无法相互理解。它们的版本可能不同：请都重启。',
} as const satisfies Translated<typeof english.windowReasons>
