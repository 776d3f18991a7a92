import type * as english from '../../../reasons/image.ts'
import type { Translated } from '../../define.ts'

export const imageReasons = {
  'confinement-unavailable': {
    sentence: 'Bubblewrap 无法在本机限制程序，没有它就不读取{what, select, image {镜像} other { rpm 记录}}。',
    why: '显示本机缺少什么。',
  },
  'image-ambiguous': { sentence: '有多个镜像以 {ref} 开头：{digests}。', why: '显示所有镜像。' },
  'image-built-in': '内置镜像是 Joey 的一部分，不能删除。',
  'image-name-of-built-in':
    '名称 {name} 属于内置镜像，不能用于别的镜像。请用另一个名称导入：joey image import --name NAME:TAG PATH',
  'image-untag-what': { sentence: '“{image}”不是镜像的名称。请说明要去掉哪个名称。', why: '显示名称。' },
  'image-larger-than-disk': {
    sentence: '镜像解包后需要的空间超过可用空间：可用 {megabytes} MB。导入不会占满整个磁盘。',
    why: '删除保留规则不再保留的内容。',
  },
  'image-more-files-than-disk': '镜像有 {needed} 个文件，而状态目录所在的磁盘还能容纳 {free} 个。',
  'image-name-invalid': '镜像名称使用小写，例如 team/web:1.2。',
  'path-not-found': '{path} 处没有任何内容。',
  'path-unreadable': { sentence: '无法读取 {path}：{code}。', why: '显示沿途每个目录的所有者和权限。' },
  'image-not-found': {
    sentence: '没有镜像 {ref}。{names, select, = {还没有任何镜像。} other {现有：{names}。}}',
    why: '从镜像仓库获取它。',
  },
  'image-in-use': {
    sentence: '镜像 {ref} 正被 {sandboxes} 使用。请先删除使用它的沙箱。',
    why: '显示哪个沙箱使用哪个镜像。',
  },
  'archive-truncated': '归档不完整，可能没有复制完。',
  'archive-damaged': '归档已损坏，无法读取。',
  'not-an-archive': '这不是镜像归档：既不是 tar 文件，也不是压缩的 tar 文件。',
  'not-an-image': '其中没有镜像：既没有 docker 的 manifest.json，也没有 OCI 的 index.json。',
  'archive-incomplete': '归档缺少镜像需要的 {path}。',
  'digest-mismatch': '{path} 的内容与摘要不符。',
  'layer-entry-unknown': '某一层含有不支持的条目类型：{path}。',
  'layer-attribute-reserved': '某一层设置了为本机保留的属性：{path}。',
  'layer-name-invalid': '某一层含有带 NUL 的名称。',
  'layer-name-too-long': '某一层含有太长或太深的名称：{path}。',
  'layer-link-invalid': '某一层含有目标无效的链接：{path}。',
  'layer-path-outside':
    '镜像被拒绝：某一层的条目{what, select, parents {的路径中含有 ..} other {删除了不在其中的内容}}：{path}。',
  'layer-link-outside': '镜像被拒绝：某一层的条目是没有对应文件的硬链接：{path}。',
  'layer-path-behind-link': '镜像被拒绝：某一层的条目位于没有指向任何内容的链接之后：{path}。',
  'image-too-many-entries':
    '{what, select, files {镜像的文件超过 {limit} 个。} entries {镜像的某一层条目太多：超过 {limit} 个。} other {镜像的某一层链接太多：超过 {limit} 个。}}',
  'image-index-too-deep': '镜像是层层嵌套的列表，太深而无法处理。',
  'image-inconsistent': '镜像声明的层数与实际不符。',
  'layer-unreadable': '镜像的某一层不是 tar 文件：{path}。',
  'layer-compression-unsupported': '镜像的层使用 {compression} 压缩，不受支持。请用 gzip 导出。',
  'image-wrong-platform': '镜像用于 {os}/{architecture}，而本机是 linux/{host}。',
  'image-description-invalid': '无法理解 {path} 中的镜像描述：{problem}。',
  'image-name-for-many': '其中有 {count} 个镜像。只有一个镜像时才能指定名称。',
  'archive-entry-unknown': '归档含有镜像中不会有的条目：{path}。',
  'archive-path-outside': '归档被拒绝：其中有指向外部的路径：{path}。',
  'archive-link-outside': '归档被拒绝：其中有指向外部的链接：{path}。',
  'archive-too-many-entries': '归档的文件数超过镜像应有的数量。',
} as const satisfies Translated<typeof english.imageReasons>
