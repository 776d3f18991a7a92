import type * as english from '../../../reasons/files.ts'
import type { Translated } from '../../define.ts'

export const filesReasons = {
  'files-broken-answer': '更改文件期间，沙箱给出了意外的回答。',
  'files-no-answer': '更改文件期间，沙箱没有响应。请检查它是否仍在工作。',
  'move-into-itself': '{path} 不能移动到自身之中。',
  'not-a-path': '{text} 不是路径：名称中的反斜杠要写成 \\\\。',
  'path-is-root': '这是整个目录树。请选择其中的内容。',
  'read-only-tree': '镜像和快照永不改变。请从它创建沙箱，再更改沙箱中的文件。',
  'source-not-found': '本机上的 {path} 处没有任何内容。',
  'source-of-joey': '不复制 {path}：其中有 Joey 自身的状态或套接字。',
  'source-without-name': '请按名称选择文件或目录，不能是 {path}。',
  'stopped-microvm-files': { sentence: '请先启动它：停止的微虚拟机的文件只能读取，不能更改。', why: '启动它。' },
  'target-not-found': '本机没有目录 {path}，或无法打开。请先创建它。',
  'target-of-joey': '不写入 {path}：写入的内容会属于 Joey 自身。',
  'too-many-changes': '有差异的文件超过 {limit} 个。请一次比较一个目录。',
  'too-many-files': '文件超过 {limit} 个。请分批复制。',
  'file-exists':
    '{how, select, replace {{path} 处已有内容。请要求替换，或换一个名称。} otherKind {{path} 已存在，目录不能替换文件，文件也不能替换目录。} inFolder {目录中的 {path} 处已有内容。请要求替换，或换一个目录。} folder {{path} 是目录，文件不能替换它。} notFolder {通往 {path} 的路径上有一处不是目录，或是链接。} link {通往 {path} 的路径上有链接，不会跟随链接。} other {{path} 处已有内容。}}',
  'file-not-found':
    '{what, select, file {{path} 处没有文件。} orFolder {{path} 处没有任何内容，或它的目录不存在。} other {{path} 处没有任何内容。}}',
  'folder-not-found': '{path} 处没有目录。',
  'not-a-folder': '{what, select, itself {{path} 不是目录。} other {通往 {path} 的路径上有一处不是目录。}}',
  'not-a-file':
    '{what, select, folder {{path} 是目录。} content {{path} 不是普通文件，没有可读取的内容。} change {{path} 既不是普通文件，也不是目录。} other {{path} 既不是文件，也不是目录。}}',
  'path-is-link': '{path} 是链接{what, select, itself {} other {，或经过链接}}，这里不跟随链接。请使用它指向的路径。',
  'path-on-mount':
    '{what, select, holds {不能移动或删除 {path}，因为沙箱中挂载了 {place}。} inside {{place} 是沙箱中的挂载。这里不显示也不更改挂载的内容。} copied {{place} 是沙箱中的挂载，挂载的内容不从这里复制。请从原来的位置获取，或让沙箱写出：joey exec NAME tar -c {path}} has {{path} 是沙箱中的挂载，或其中含有挂载。这里不显示也不更改挂载的内容。} other {{path} 正用作挂载，因此不能在这里更改。}}',
  'file-changed':
    '{what, select, deleted {{path} 在读取之后已被删除。请用新名称保存，或不带旧版本保存。} other {{path} 在读取之后已发生变化。请先重新读取再写入，否则期间的更改会丢失。}}',
  'path-not-valid':
    '{what, select, text {这不是沙箱中的路径。反斜杠写成 \\\\，其他字节写成 \\xHH。} parents {沙箱中的路径不能包含“..”。} other {沙箱中的名称最多 255 字节。}}',
  'target-twice':
    '{where, select, sandbox {有两个来源都会写到 {path}。请逐个复制。} other {有两个路径都会写到目录中的 {path}。请逐个复制。}}',
  'folders-too-deep': '{path} 中的目录嵌套太深。',
  'file-not-read': '没有写入 {path}，因为无法读取它的来源。',
  'root-read-only': '这个沙箱的根文件系统是只读的。要更改其中的文件，请创建时不要选“只读”。',
  'file-not-permitted': '即使是沙箱的 root 也不能更改 {path}。',
  'file-not-changed':
    '{what, select, failed {无法更改 {path}（{error}）。} other {无法这样更改 {path}。目录不能放进自身之中。}}',
  'name-too-long': '{where, select, sandbox {{path} 中的某个名称会太长。} other {{path} 的名称对本机来说太长。}}',
  'target-read-only': { sentence: '该目录所在的文件系统是只读的。', why: '显示哪些文件系统以只读方式挂载。' },
  'target-not-permitted': {
    sentence: '守护进程不能写入该目录。',
    why: '显示各文件系统如何挂载：有些连 root 也不能写入。',
  },
  'name-not-possible': '本机的文件系统不接受 {path}。',
  'files-need-restart': '这个沙箱由旧版 Joey 启动，无法更改文件。请重启沙箱。',
  'files-ended-early': '沙箱或其中处理文件的程序在全部完成之前就结束了。',
} as const satisfies Translated<typeof english.filesReasons>
