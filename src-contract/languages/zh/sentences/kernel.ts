import type * as english from '../../../sentences/kernel.ts'
import type { Translated } from '../../define.ts'

export const kernelSentences = {
  'kernel-is-link': '它是符号链接；请指明文件本身。',
  'kernel-not-opened': '无法打开它（{code}）。',
  'kernel-no-file': '它不是普通文件。',
  'kernel-not-of-root': '它不属于 root，其他人可以更改它。',
  'kernel-for-others': '它的权限允许所有者以外的人更改它。',
  'kernel-too-large': '它超过 {mebibytes} MiB。',
  'kernel-no-elf': '它不是 64 位 ELF 格式：请指明文件“vmlinux”，而不是“bzImage”。',
  'kernel-other-processor': '它用于 x86-64 以外的处理器。',
  'kernel-without-entry': '它的内核无法通过 PVH 协议进入。',
} as const satisfies Translated<typeof english.kernelSentences>
