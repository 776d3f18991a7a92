import type * as english from '../../../reasons/archive.ts'
import type { Translated } from '../../define.ts'

export const archiveReasons = {
  'bundle-damaged': '这个包已损坏，与写入时不同。请重新复制一次。',
  'bundle-not-found': '没有文件 {path}。',
  'bundle-too-new': '这个包由更新版本的 Joey 写入。请先更新 Joey。',
  'bundle-truncated': '这个包不完整，可能没有复制完。',
  'consent-for-another': '这不是刚才查看过的文件。请重新查看后再同意。',
  'disk-changes': '读取期间磁盘变化太大，内容已不一致。请创建快照后导出快照，或先停止沙箱。',
  'layer-not-plain': '沙箱的某一层使用了 Joey 无法导出的 overlayfs 标记。',
  'not-a-bundle': '这不是 Joey 包。',
  'not-a-public-key': '这不是 Joey 和 minisign 格式的公钥。',
  'output-exists':
    '文件 {path} 已存在。请换一个名称，或{option, select, = {说明可以替换它} other {用 {option} 替换它}}。',
  'output-folder-missing': {
    sentence: '要写入的目录 {folder} 不存在。请先创建它，或换一个位置。',
    why: '创建该目录。',
  },
  'output-in-state': '该位置属于 Joey 的状态目录。请为导出选择另一个位置。',
  'output-no-room': '导出可能需要 {wanted} MB，那里只有 {free} MB 可用。请腾出空间，或换一个位置。',
  'output-replaced': '写入 {path} 期间，该位置被换成了别的内容，因此那里的不是导出结果。请选择没有别人写入的目录。',
  'passphrase-needed': '这个包已加密。请提供它的口令。',
  'passphrase-wrong': '口令不对，或者包的开头已损坏。',
  'push-failed': '镜像仓库没有接受镜像 {target}。请看详细信息；可以用 “skopeo login” 登录。',
  'push-without-name': '请说明推送到哪里：带镜像仓库的名称，例如“registry.example.org/team/web:1”。',
  'secret-not-found': '要排除的内容在查找之后发生了变化。请重新查找机密。',
  'signer-not-agreed': '{signature}请同意，或者不要导入。',
  'sparse-too-large':
    '文件 /{path} 是稀疏文件，声称有 {gigabytes} GB；供其他工具使用的镜像必须用零填满它。请删除该文件，或导出为 Joey 包。',
  'bundle-too-large': '包被拒绝：{what, select, image {其中镜像解包后的大小超过声明。} other {解包后的大小超过声明。}}',
  'bundle-path-invalid':
    '包被拒绝：{what, select, socket {其中的套接字指向外部。} other {其中的路径指向外部：{path}。}}',
  'bundle-too-many-entries': '包被拒绝：其中的文件数超过声明，或超过 200 万。',
  'bundle-entry-unknown': '包被拒绝：有未知类型的条目：{path}。',
  'bundle-link-invalid':
    '包被拒绝：{what, select, link {有链接没有指向任何内容：{path}。} other {有硬链接指向别处：{path}。}}',
  'bundle-path-too-deep': '包被拒绝：其中的路径太长或太深：{path}。',
  'bundle-entry-odd': '包被拒绝：其中文件的所有者或大小不可能存在：{path}。',
  'bundle-sparse-invalid': '包被拒绝：文件的空洞不合理：{path}。',
  'bundle-attribute-reserved': '包被拒绝：其中的属性为本机保留：{path}。',
  'bundle-disordered': '包被拒绝：其中的文件没有按顺序排列，可能通过一个文件写入另一个文件：{path}。',
  'bundle-has-problems': '{problem}',
  'secrets-found':
    '导出会带走 {bound, select, moreThan {{count} 个以上看起来像机密的内容} other {{count} 个看起来像机密的内容}}{title, select, = {} other {（{path}{line, select, = {} other { 第 {line} 行}}中的 {title}）}}。请排除它们，或说明可以带走。',
  'disk-overfull':
    '{doing, select, pack {磁盘声称的内容超过其容量。} other {沙箱的磁盘声称的内容超过其容量，因此没有接管任何内容，磁盘保持原样。}}',
  'output-not-replaceable': '{path} 不是{kind, select, file {文件} other {镜像布局}}，不会被替换。请换一个名称。',
} as const satisfies Translated<typeof english.archiveReasons>
