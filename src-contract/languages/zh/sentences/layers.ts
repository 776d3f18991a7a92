import type * as english from '../../../sentences/layers.ts'
import type { Translated } from '../../define.ts'

export const layerSentences = {
  'layer-gone': '该层已不存在。',
  'layer-not-sealed': '该层从未封存，因此没有可比较的内容。',
  'layer-tree-not-sealed': '该层的文件树没有封存。',
  'layer-seal-unreadable': '该层的 seal.json 文件无法读取。',
  'layer-index-missing': '该层的索引不存在。',
  'layer-index-changed': '该层的索引与校验和不符。',
  'layer-index-unreadable': '该层的索引无法读取。',
  'layer-not-as-written': '其中一层与写入时不同。',
  'layer-entry-gone': '{path, select, = {磁盘} other {{path}}} 已不存在。',
  'layer-entry-new': '{path, select, = {磁盘} other {{path}}} 原本不存在。',
  'layer-entry-not-listed': '索引中没有{path, select, = {磁盘} other { {path} }}的可读行。',
  'layer-entry-kind':
    '{path, select, = {磁盘} other {{path}}} 现在是{is, select, file {文件} folder {目录} link {符号链接} fifo {命名管道} socket {套接字} char {字符设备} block {块设备}}，原本是{was, select, file {文件} folder {目录} link {符号链接} fifo {命名管道} socket {套接字} char {字符设备} block {块设备}}。',
  'layer-entry-mode': '{path, select, = {磁盘} other {{path}}} 的权限现在是 {is}，原本是 {was}。',
  'layer-entry-owner': '{path, select, = {磁盘} other {{path}}} 的所有者现在是 {is}，原本是 {was}。',
  'layer-entry-size': '{path, select, = {磁盘} other {{path}}} 的大小现在是 {is}，原本是 {was}。',
  'layer-entry-content': '{path, select, = {磁盘} other {{path}}} 的内容已改变。',
  'layer-entry-time': '{path, select, = {磁盘} other {{path}}} 的时间已改变。',
  'layer-entry-target': '{path, select, = {磁盘} other {{path}}} 指向别处。',
  'layer-entry-links': '{path, select, = {磁盘} other {{path}}} 的硬链接不同。',
  'layer-entry-device': '{path, select, = {磁盘} other {{path}}} 是另一个设备。',
  'layer-entry-attributes': '{path, select, = {磁盘} other {{path}}} 的属性已改变。',
} as const satisfies Translated<typeof english.layerSentences>
