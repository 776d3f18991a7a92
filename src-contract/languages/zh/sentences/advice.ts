import type * as english from '../../../sentences/advice.ts'
import type { Translated } from '../../define.ts'

export const adviceSentences = {
  'advice-trusted': '您信任这些代码：容器启动最快，开销最小。',
  'advice-not-trusted': '您不信任这些代码：gVisor 使它们接触不到本机内核。',
  'advice-built-in': '镜像内置于 Joey：容器启动最快，开销最小。',
  'advice-imported': '镜像由您自己导入：容器启动最快，开销最小。如果您不信任它，请说明，届时会建议更强的级别。',
  'advice-registry': '镜像不是来自您：gVisor 使它接触不到本机内核。',
  'advice-kernel-modules': '它要加载内核模块：在微虚拟机中，模块进入它自己的内核，而不是本机内核。',
  'advice-capabilities': '它被授予 {capabilities}：在微虚拟机中，这只是对它自己内核的权力。',
  'advice-root': '它的代码以 root 运行：在 gVisor 中，这是应用内核的 root，而不是本机的 root。',
  'advice-detour':
    '级别“{wanted}”合适，但在这里无法满足这个要求。“{recommended}”是可用的下一个{strength, select, weaker {较弱} stronger {较强}}级别。',
  'advice-writable-folders': '它可以写入的本机目录在每个级别中都对它开放。如果只读就够，请以只读方式挂载。',
  'advice-small-files': '在这个级别中，挂载目录里的大量小文件会比较慢。请把经常构建和更改的内容放在它自己的磁盘上。',
  'advice-host-network': '使用本机网络时，无论哪个级别，它都能访问本机上监听的一切。',
} as const satisfies Translated<typeof english.adviceSentences>
