import type { HelpTexts } from '../help-texts.ts'

export const volumesHelp: HelpTexts = {
  'Print names only.': '只输出名称。',
  'Names, sizes on disk, and the sandboxes that use them.': '名称、磁盘占用，以及使用它们的沙箱。',
  'Makes an empty volume; "joey run -v NAME:/path" does too, where there is none. One that is there stays as it is.':
    '创建空卷；没有该卷时，“joey run -v NAME:/path”也会创建。已有的保持不变。',
  'For joey run -v data:/var/lib/data.': '用于 joey run -v data:/var/lib/data。',
  'Prints JSON: labels, size on disk, and what uses it.': '输出 JSON：标签、磁盘占用，以及使用者。',
  'All that is known of it.': '它的全部已知信息。',
  'Writes what is in a volume to a tar file, or to standard output, with the owners that it has inside. Sandboxes may use it\nmeanwhile; what they write then may be in it or not.':
    '把卷中的内容连同内部的所有者写入 tar 文件或标准输出。期间沙箱可以使用它；\n它们当时写入的内容可能在其中，也可能不在。',
  'Where to; - or none is standard output.': '写到哪里；- 或不给出表示标准输出。',
  'Replace the file if it exists.': '如果文件存在则替换。',
  'A copy of all that is in it.': '其中全部内容的副本。',
  'To another machine.': '复制到另一台机器。',
  'Makes a tar file, compressed or not, the content of a volume that no sandbox uses; one that is not there is made. An archive that\ncannot be taken whole changes nothing. Without FILE, or with -, it is read from standard input.':
    '把压缩或未压缩的 tar 文件作为没有沙箱使用的卷的内容；卷不存在则创建。不能完整\n取出的归档不会改变任何内容。不给出 FILE 或用 - 时，从标准输入读取。',
  'Replace what the volume holds.': '替换卷中的内容。',
  'What joey volume export, or tar, has written.': 'joey volume export 或 tar 写出的文件。',
  'The files of a folder, with their owners.': '目录中的文件及其所有者。',
  'Removes volumes with everything in them, for good. One that a sandbox uses, running or not, is kept.':
    '永久删除卷及其中的一切。有沙箱使用的卷，无论沙箱是否运行，都保留。',
  'Removes one that nothing uses.': '删除没有使用者的卷。',
  'Removes anonymous volumes that no sandbox uses, with everything in them. Asks before it does.':
    '删除没有沙箱使用的匿名卷及其中的一切。删除之前会询问。',
  'Also those with names, if nothing uses them.': '也包括没有使用者的有名称的卷。',
  'What could go.': '可以删除什么。',
  'Removes all that nothing uses, without a question.': '删除没有使用者的全部卷，不询问。',
}
