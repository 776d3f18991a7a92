import type * as english from '../../../reasons/mounts.ts'
import type { Translated } from '../../define.ts'

export const mountsReasons = {
  'grant-cap-unknown': {
    sentence: 'Linux 没有能力“{name}”。写法例如 cap:SYS_ADMIN；现有 {known}。',
    why: '显示授权的写法。',
  },
  'grant-device-missing': { sentence: '{path} 不是本机的设备。', why: '显示设备。' },
  'grant-not-readable': { sentence: '“{grant}”不是可以授予的内容。请写成以下之一：{forms}。', why: '显示授权的写法。' },
  'grant-of-installation': '不授予 {path} 的写入权限：Joey 自身从这里运行。请授予 host-path:{path}:ro。',
  'grant-of-joey': '不授予 {path}：其中有 Joey 自身的状态或套接字，等于授予所有沙箱。',
  'grant-of-socket': {
    sentence: '{path} 是套接字：能访问它就能与它通信。请授予 host-path:{path}:rw。',
    why: '授予读写两种权限。',
  },
  'grant-path-missing': '{path} 处没有可授予的内容。请先创建，或检查路径。',
  'grant-path-special': { sentence: '{path} 既不是目录，也不是文件。设备要写成 device:{path}。', why: '授予设备。' },
  'grant-twice': '{key} 同时授予了读取和写入。请只写其中一种。',
  'mount-granted-read-only': {
    sentence: '{source} 只授予了读取权限。请以只读方式挂载，或授予 host-path:{source}:rw。',
    why: '同时授予写入权限。',
  },
  'mount-source-gone': '沙箱中挂载的 {source} 已不存在。请放回原处，然后重新启动。',
  'mount-source-holds-socket':
    '没有挂载 {source}：其中的 {socket} 是套接字，沙箱内部可以借此控制在那里监听的程序。请选择不含它的目录、另一个级别，或按名称授予 host-path:{path}:rw。',
  'mount-source-moved': '没有挂载 {source}：{path} 在检查之后被替换。请恢复原样，或重新创建沙箱。',
  'mount-target-reserved': '不能挂载到 {target}：/proc、/sys 和 /dev 属于引擎。',
  'mount-target-twice': '有两个挂载指向 {target}。请给它们不同的位置。',
  'path-through-link': '不使用 {path}：途中的 {link} 是链接，可能由沙箱或他人创建。请指明它指向的路径。',
  'grant-not-in-class': {
    sentence: '在级别“{class}”中不能授予 {grant}：{why}请去掉它，或换一个级别。',
    why: '显示各级别在本机能做什么。',
  },
  'mount-source-missing': '{source} 处没有可挂载的内容。请先创建，或检查路径。',
  'mount-source-socket': {
    sentence:
      '{source} 是套接字。沙箱内部可以借此控制在那里监听的程序，因此 Joey 不挂载它。{grant, select, = {} other {如果仍要提供，请按名称授予 {grant}。}}',
    why: '按名称授予。',
  },
  'mount-source-special': '{source} 既不是目录，也不是文件，因此 Joey 不挂载它。',
  'mount-source-refused': {
    sentence: '没有挂载 {source}：{why}{grant, select, = {} other {如果仍要提供，请按名称授予 {grant}。}}',
    why: '按名称授予。',
  },
} as const satisfies Translated<typeof english.mountsReasons>
