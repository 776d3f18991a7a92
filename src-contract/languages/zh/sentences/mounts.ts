import type * as english from '../../../sentences/mounts.ts'
import type { Translated } from '../../define.ts'

export const mountSentences = {
  'path-of-joey': '其中有 Joey 自身的状态或套接字。',
  'path-whole-home': '这是整个主目录或整个系统，其中有密钥和设置。请挂载其中需要的目录。',
  'path-of-installation': '其中有 Joey 自身运行所用的内容。',
  'path-shared': '所有人的程序都在其中保存临时文件和套接字。请挂载其中属于您自己的目录。',
  'path-hidden-in-home': '主目录中的隐藏文件和目录含有设置、密钥和凭据，并会启动其所有者的程序。',
  'path-of-programs-in-home': '主目录中的 {folder} 含有其所有者的程序或配置文件。',
  'path-by-another-name': '它是 {alias} 的另一个名称，而{objection}',
  'path-of-kernel': '它显示内核自身的状态（{type}）。',
  'path-of-system': '{folder} 属于系统。请把需要的内容复制到自己的目录，再挂载该目录。',
} as const satisfies Translated<typeof english.mountSentences>
