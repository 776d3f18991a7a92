import type * as english from '../../../sentences/class-offer.ts'
import type { Translated } from '../../define.ts'

export const classOfferSentences = {
  'container-offered': '{engine} {version}，共享本机内核。',
  'container-without-runtime': '这里没有可用的容器运行时。',
  'gvisor-offered': 'gVisor {version} 通过 {platform} 回答系统调用。',
  'gvisor-not-installed': '没有安装 gVisor。',
  'gvisor-not-working': 'gVisor {version} 在这里无法工作。',
  'microvm-offered':
    'QEMU {version} 运行自己的 Linux {kernel, select, = {（版本未知）} other {{kernel}}}，{speed, select, hardware {由硬件支持} emulated {以模拟方式}}。',
  'microvm-not-working': '微虚拟机无法在这里运行。',
  'class-obstacle': '{obstacle}。',
  'class-without-engine': '本机没有可以运行它的程序。',
} as const satisfies Translated<typeof english.classOfferSentences>
