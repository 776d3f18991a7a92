import type * as english from '../../../reasons/build.ts'
import type { Translated } from '../../define.ts'

export const buildReasons = {
  'dockerfile-without-from': 'Dockerfile 中没有 FROM，没有说明镜像从什么开始。请以它开头，例如 FROM debian。',
  'dockerfile-from-empty': '变量代入后，这里没有指明任何镜像：{line}。请用 --build-arg 提供变量。',
  'dockerfile-no-instruction': 'Dockerfile 中有一行以 {word} 开头，它不是指令。指令以 FROM、RUN、COPY 等开头。',
  'dockerfile-heredoc':
    '这条指令以后续各行作为内容，而本机的 buildah {version} 不支持：{line}。请写成一条命令，每行末尾加 \\，或写入一个会被复制的文件。',
  'dockerfile-missing': '{path} 中没有 Dockerfile。请用 --file 指明。',
  'build-context-no-folder': '{path} 不是目录。构建需要一个目录，文件从那里复制，例如 joey build .',
  'build-file-changed': '{path} 在读取期间被更改。请在它不再变化后重新构建。',
  'build-step-failed': '步骤“{step}”失败：命令以 {code} 结束。它的输出在上面。',
  'build-failed':
    '{step, select, = {构建失败} other {构建在“{step}”处失败}}：{why, select, = {buildah 以 {code} 结束} other {{why}}}。',
  'build-not-in-class':
    '本机的{class, select, gvisor { gVisor } microvm {微虚拟机} other {容器}}中无法挂载，而构建需要挂载。请换一个级别：joey build --class {class, select, microvm {container} other {microvm}}',
  'mirror-unreachable':
    '无法从 {mirror} 获取 Debian 的软件包（{code}）：没有网络，或主机不存在。{here, select, = {本机还没有镜像。} other {本机有这些镜像：{here}。}}',
  'mirror-leads-away': '{mirror} 指向 {host}，没有向那里发送任何内容。请用 --mirror 指明另一个软件源。',
  'mirror-unknown': '本机没有指明 Debian 软件源。请用 --mirror 指明一个。',
  'debian-not-fetched': 'debootstrap 无法从 {mirror} 获取 Debian 发行版 {suite}。它的输出在详细信息中。',
  'builder-failed': '在构建用的沙箱中，{program} 以 {code} 结束。它的输出在详细信息中。',
} as const satisfies Translated<typeof english.buildReasons>
