import type * as english from '../../../sentences/bundle.ts'
import type { Translated } from '../../define.ts'

export const bundleSentences = {
  'bundle-signed':
    '{state, select, unsigned {它没有签名：没有人保证它是原来的内容。} wrong {它的签名有误，视为没有签名：没有人保证它是原来的内容。} self {它在本机签名，内容与签名时一致。} trusted {它由您信任的“{name}”签名。} unknown {它用您不认识的密钥 {key} 签名。请向密钥的所有者确认。}}',
  'bundle-image-missing': '镜像 {image} 不在包中，也不在本机。请先导入同一个镜像。',
  'bundle-processor': '它用于 {wanted} 处理器，而本机是 {here}。',
  'bundle-no-room': '解包需要 {wanted} MB，而 Joey 保存状态的位置可用 {free} MB。',
  'bundle-no-files': '它有 {entries} 个文件，而磁盘还能容纳 {free} 个。',
  'bundle-many-files': '它声称含有 200 万个以上的文件。',
  'wants-limit':
    '它要求{limit, select, memoryBytes {内存} cpus {处理器时间} pids {进程数} diskBytes {磁盘}}{wanted, select, = {没有限制} other {的限制为 {wanted}}}；新沙箱的限制为 {usual}。',
  'wants-grant': '它要求默认拒绝的内容：{grant}。',
  'wants-mount': '它要求{access, select, read {读取} write {读取和更改}}本机的 {source}，在沙箱中为 {target}。',
  'wants-port': '它要求本机的{hostPort, plural, =0 {一个空闲端口} other {端口 {hostPort}}}，用于它的端口 {guestPort}。',
  'wants-network': '它要求与其他沙箱一起加入网络“{network}”。',
  'wants-class': '它以级别“{class}”运行。',
  'import-not-agreed':
    '已去掉{kind, select, class {级别“{name}”} limit {放宽的限制“{name}”} grant {授权 {name}} mount {{name} 处的挂载} port {端口 {name}} network {网络“{name}”}}：没有得到同意。',
  'import-not-possible':
    '已去掉{kind, select, class {级别“{name}”} limit {放宽的限制“{name}”} grant {授权 {name}} mount {{name} 处的挂载} port {端口 {name}} network {网络“{name}”}}：{why, select, = {本机无法提供。} other {{why}}}',
  'import-named': '它的名称是“{name}”，因为“{wanted}”已被使用或不被需要。',
  'class-not-here': '本机不提供级别“{class}”。请运行“joey doctor”查看原因。',
} as const satisfies Translated<typeof english.bundleSentences>
