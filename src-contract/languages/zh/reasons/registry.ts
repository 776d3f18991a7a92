import type * as english from '../../../reasons/registry.ts'
import type { Translated } from '../../define.ts'

export const registryReasons = {
  'image-reference-invalid':
    '{fault, select, upperCase {“{ref}”不是镜像名称：除标签外都要小写。} tag {“{ref}”不是镜像名称：标签由字母、数字、“.”、“_”和“-”组成，最多 128 个字符。} digest {“{ref}”不是镜像名称：“@sha256:”之后应有 64 个十六进制数字。} digestKind {“{ref}”不是镜像名称：“@”之后应是摘要，例如 sha256:1a2b…。} registry {“{ref}”不是镜像名称：第一个“/”之前的内容不是主机。} long {“{ref}”不是镜像名称：超过 255 个字符。} id {“{ref}”是 ID 而不是名称：ID 不能用于拉取。} other {“{ref}”不是镜像名称。名称例如 debian、team/web:1.2 或 localhost:5000/web。}}',
  'image-pull-built-in': '{name} 是 Joey 的内置镜像，不能被替换。请拉取它的另一个标签。',
  'image-no-platform': '镜像不适用于本机 linux/{host}。它适用于：{platforms}。',
  'registry-unreachable':
    '{why, select, network {没有通往 {registry} 的网络（{code}）。} name {找不到主机 {registry}。名称有误，或没有网络。} proxy {设置的代理服务器无法通往 {registry}。} other {无法连接镜像仓库 {registry}（{code}）。}}{purpose, select, login {} other {{here, select, = {本机还没有镜像。} other {本机有这些镜像：{here}。}}}}',
  'registry-connection-lost': '与 {registry} 的连接反复中断。已完整获取的层会保留一天：下次拉取会从它们继续。',
  'registry-busy': '镜像仓库 {registry} 表示请求过多。请稍后再试，或登录：登录后可能允许更多请求。',
  'registry-host-refused': {
    sentence: '镜像仓库 {registry} 要求从另一个主机获取：{host}。没有获取任何内容。如果信任该主机，请允许它。',
    why: '仅这一次允许该主机。设置 registryHosts 可以始终允许。',
  },
  'registry-plain-refused':
    '镜像仓库 {registry} 要求以不加密的方式获取：{host}。只有设置 insecureRegistries 中的镜像仓库才能这样通信。',
  'registry-plain': {
    sentence: '镜像仓库 {registry} 不加密。如果信任通往它的线路，请把它加入设置 insecureRegistries。',
    why: '替换不需要加密的镜像仓库列表。',
  },
  'registry-certificate': {
    sentence: '{registry} 的证书不是由本机信任的机构签发的。请在设置 registryCertificates 中指明该机构证书的文件。',
    why: '除本机信任的机构外，还信任该文件中的机构。',
  },
  'registry-login': {
    sentence: '镜像仓库 {registry} 不向您提供 {whole}：它不存在，或您需要登录。',
    why: '询问您在那里的用户名和密码。',
  },
  'registry-push-refused': {
    sentence: '镜像仓库 {registry} 不接受您推送的 {whole}：您需要登录，或没有写入权限。',
    why: '询问您在那里的用户名和密码。',
  },
  'image-push-not-kept': '只有拉取、构建、载入或提交的镜像才能推送：{ref} 没有镜像仓库所需的内容。',
  'registry-login-refused': '镜像仓库 {registry} 不接受这个用户名和密码。没有保存任何内容。',
  'registry-login-none': '没有为 {registry} 保存用户名和密码。',
  'registry-image-missing': '镜像仓库没有镜像 {whole}。',
  'registry-manifest-too-old':
    '镜像仓库 {registry} 中的这个镜像只有 2017 年以前的格式，信息太少而无法检查。需要重新推送。',
  'registry-manifest-unreadable': '无法理解镜像仓库 {registry} 对这个镜像的描述。它可能不是容器镜像。',
  'registry-answer-too-large': '镜像仓库 {registry} 发送的内容超过镜像可能的大小。已停止获取，没有保留任何内容。',
  'registry-wrong-content': '镜像仓库 {registry} 发送的内容与摘要不符。已拒绝，没有保留任何内容。',
  'registry-failed': '无法从 {registry} 获取镜像。镜像仓库的回答在详细信息中。',
} as const satisfies Translated<typeof english.registryReasons>
