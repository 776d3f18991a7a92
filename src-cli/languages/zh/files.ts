import type { HelpTexts } from '../help-texts.ts'

export const filesHelp: HelpTexts = {
  'Also from a stopped sandbox, a snapshot (web@before) or image:busybox.':
    '也可以从停止的沙箱、快照（web@before）或 image:busybox 复制。',
  'What is in ./site is in /srv then.': '之后 ./site 中的内容就在 /srv 中。',
  'What a sandbox has written, against its image: A added, C changed, D deleted.':
    '沙箱相对于其镜像写入了什么：A 表示添加，C 表示更改，D 表示删除。',
  'Every file that differs from the image.': '与镜像不同的每个文件。',
  'One file, line by line.': '一个文件，逐行。',
  'A tree is a sandbox, a snapshot (web@before) or an image (image:busybox), running or not, with or without a shell.\nMarks show what differs from the image: A added, C changed, D deleted, + something below has changed.':
    '文件树是沙箱、快照（web@before）或镜像（image:busybox），无论是否运行，是否有 shell。\n标记表示与镜像的差异：A 添加，C 更改，D 删除，+ 表示下面有内容更改。',
  'Only names.': '只输出名称。',
  'A folder of a sandbox.': '沙箱的目录。',
  'A folder of an image.': '镜像的目录。',
  'The bytes of a file, as they are. A link is not followed.': '文件的原始字节。不跟随链接。',
  'Also from a stopped sandbox.': '也可以从停止的沙箱。',
  'Copies files and folders of this machine into a sandbox.': '把本机的文件和目录复制到沙箱。',
  'Replace files that exist.': '替换已有的文件。',
  'The folder becomes /srv/site.': '该目录成为 /srv/site。',
  'Copies files and folders of a tree into a folder of this machine. What would lead out of it is left out, and listed.':
    '把文件树中的文件和目录复制到本机的目录。会指向外部的内容略去，并列出。',
  'The folder becomes ./log.': '该目录成为 ./log。',
  'Searches names, where * and ? stand for anything, and with --content text files.':
    '搜索名称，其中 * 和 ? 表示任意内容；用 --content 搜索文本文件。',
  'Files that have this text.': '含有这段文本的文件。',
  'So many at most; 1000 otherwise.': '最多这么多个；默认 1000。',
  'By name.': '按名称。',
  'By content.': '按内容。',
  'What eats the disk: sizes of the entries of a folder, with all that is in them, the largest first.':
    '什么占用磁盘：目录中各条目连同其中一切的大小，从大到小。',
  'Only what the sandbox itself has written.': '只计算沙箱自己写入的内容。',
  'Where its writes went.': '它写入了哪里。',
  'Copies a file or folder, as docker cp does: one of the two, or both, is NAME:PATH. A folder that is there gets the source\nin it, else TARGET is its new name; files that are there are replaced. SOURCE/. is what is in the folder SOURCE.\nLinks on the way to a TARGET inside lead where they lead there. What is mounted in the sandbox is not copied. - is a tar file\non standard input, unpacked in the folder TARGET, or one of the SOURCE on standard output; both with the owners inside.':
    '像 docker cp 一样复制文件或目录：两者之一或两者都是 NAME:PATH。已有的目录会包含来源，\n否则 TARGET 是它的新名称；已有的文件会被替换。SOURCE/. 表示目录 SOURCE 中的内容。\n通往内部 TARGET 的链接按内部的指向。沙箱中挂载的内容不复制。- 是标准输入中的 tar 文件，\n在目录 TARGET 中解包，或是标准输出中 SOURCE 的 tar 文件；都带内部的所有者。',
  'Do not say how much was copied.': '不说明复制了多少。',
  'What a tar file of it holds.': '它的 tar 文件中有什么。',
  'With the owners and modes of the tar file.': '带 tar 文件中的所有者和模式。',
}
