import type { HelpTexts } from '../help-texts.ts'

export const imagesHelp: HelpTexts = {
  'Print digests only.': '只输出摘要。',
  'Only those with name=NAME (* for any part), label= or dangling=true|false.':
    '只列出符合 name=NAME（* 表示任意部分）、label= 或 dangling=true|false 的。',
  'As in {{.Name}}, table {{.ID}}\\t{{.Size}}, or json.': '例如 {{.Name}}、table {{.ID}}\\t{{.Size}} 或 json。',
  'As in Docker.': '与 Docker 相同。',
  'Names, digests and sizes, and what of these other images have too.': '名称、摘要和大小，以及与其他镜像共有的部分。',
  'Names are those of Docker: debian is debian:latest of its hub. Layers that are here are not fetched again, and what\nbroke off is taken up again.':
    '名称与 Docker 相同：debian 是其 Hub 上的 debian:latest。本机已有的层不再获取，\n中断的会续传。',
  'Print the name only.': '只输出名称。',
  'Then: joey run -it debian:12': '然后：joey run -it debian:12',
  'From a registry of this machine.': '从本机的镜像仓库。',
  'Gives an image to the registry in its name, as it was pulled: with the same digests. Of a sandbox an image is made\nand pushed by: joey export SANDBOX --format push':
    '按名称把镜像推送到镜像仓库，与拉取时相同：摘要不变。沙箱要用\njoey export SANDBOX --format push 制作镜像并推送。',
  'Puts it into a registry of this machine.': '放入本机的镜像仓库。',
  'Asks the registry whether it takes your name and password, and keeps them in the state folder for pulls if it does.\nThe password is asked for, or read from standard input; it is never an option, which others could see.':
    '询问镜像仓库是否接受您的用户名和密码，如果接受，则保存在状态目录中供拉取使用。\n密码会询问，或从标准输入读取；它从不作为选项，以免别人看到。',
  'Your name there; asked for if not given.': '您在那里的用户名；不给出则询问。',
  'Read the password from standard input.': '从标准输入读取密码。',
  'Asks for the password.': '询问密码。',
  'Takes it from a file.': '从文件读取密码。',
  'Forgets what "joey login" has kept. What Docker and podman keep stays theirs.':
    '删除“joey login”保存的内容。Docker 和 podman 保存的仍归它们。',
  'Only show for which registries something is kept.': '只显示为哪些镜像仓库保存了内容。',
  'Forgets name and password for it.': '删除它的用户名和密码。',
  'Runs a Dockerfile in a sandbox of its own, walled as every other. CONTEXT is the folder that COPY copies from, without\nwhat its .dockerignore names. Steps that were run before and have not changed are not run again.':
    '在专用沙箱中运行 Dockerfile，与其他沙箱一样隔离。CONTEXT 是 COPY 复制的来源目录，\n不含 .dockerignore 列出的内容。之前运行过且没有变化的步骤不会再次运行。',
  'Call the image so: team/web:1.2.': '这样命名镜像：team/web:1.2。',
  'The Dockerfile, which may lie elsewhere; - for standard input.': 'Dockerfile，可以在别处；- 表示标准输入。',
  'Set an ARG of the Dockerfile; NAME alone takes it from here.': '设置 Dockerfile 的 ARG；只写 NAME 则取这里的值。',
  'End with this stage.': '以这个阶段结束。',
  'Give steps that ask for it a file that is in no image; env=NAME for a variable.':
    '向请求它的步骤提供不在镜像中的文件；env=NAME 表示变量。',
  'Isolation class of the sandbox that it runs in: container or microvm.':
    '运行构建的沙箱的隔离级别：container 或 microvm。',
  'Run every step again.': '重新运行每个步骤。',
  'Ask the registries for the images that it begins with, though they are here.':
    '即使本机已有基础镜像，也向镜像仓库查询。',
  'Print the digest only.': '只输出摘要。',
  'Then: joey run team/web:1.2': '然后：joey run team/web:1.2',
  'One stage, in a virtual machine of its own.': '一个阶段，在专用虚拟机中。',
  'Makes an image without a registry: debian from its packages, by debootstrap and from the mirror of this machine; node and\npython on top of it. Nothing of them runs outside of a sandbox. "joey image templates" shows what there is.':
    '不用镜像仓库制作镜像：debian 通过 debootstrap 用本机软件源的软件包制作；node 和\npython 在其之上。其中任何内容都不在沙箱之外运行。“joey image templates”显示现有的模板。',
  'Make it although it is here.': '即使本机已有也重新制作。',
  "Have the packages from here instead of this machine's mirror.": '从这里而不是本机的软件源获取软件包。',
  'This release of Debian: bookworm, stable.': 'Debian 的这个发行版：bookworm、stable。',
  'Then: joey run -it debian': '然后：joey run -it debian',
  'Debian first, where it is not here.': '本机没有 Debian 时先制作它。',
  'What "joey image make" can make an image of without a registry.': '“joey image make”不用镜像仓库就能制作的镜像。',
  'What there is, what it begins with, and what this machine lacks for it.':
    '现有的模板、基础镜像，以及本机为此缺少什么。',
  'Takes what "docker save" writes, an OCI archive, or the folder of an OCI layout.':
    '接受“docker save”写出的文件、OCI 归档，或 OCI 布局目录。',
  'Keep it under this name instead of those in the archive.': '用这个名称而不是归档中的名称保存。',
  'Keeps the name team/web:1.2.': '保留名称 team/web:1.2。',
  'Imports an OCI layout under a name of your own.': '以自己的名称导入 OCI 布局。',
  'Removes a name, and the image with its last name. An image that a sandbox uses is kept, and so is what other images share of it.':
    '删除名称；删除最后一个名称时镜像也被删除。有沙箱使用的镜像保留，其他镜像共用的部分也保留。',
  'By name; a digest or the start of one does too.': '按名称；也可以用摘要或其开头。',
  'Prints JSON: configuration, sizes, where it was pulled from and by which digest, and what uses it.':
    '输出 JSON：配置、大小、从哪里以哪个摘要拉取，以及使用者。',
  'How an image came to be, the latest step first, as it says itself. Of one that was imported only the sizes of its layers\nare known.':
    '镜像的形成过程，最近的步骤在前，按镜像自己的说明。导入的镜像只知道\n各层的大小。',
  'Show the whole of each step.': '显示每个步骤的完整内容。',
  'What each step of its build has added.': '构建的每个步骤添加了什么。',
  'Gives an image one more name. Another image that has it loses it.':
    '为镜像再加一个名称。已有该名称的另一个镜像会失去它。',
  'Both names mean it then.': '之后两个名称都指它。',
  'Takes names from images. An image stays, also without a name, until "joey image prune" or "joey image rm".':
    '去掉镜像的名称。镜像即使没有名称也会保留，直到“joey image prune”或“joey image rm”。',
  'The image keeps its other names.': '镜像保留其他名称。',
  'Writes images to one archive: to a file, or to standard output. docker-archive is for "docker load" and "podman load";\noci-archive, and oci (a folder), hold what was pulled or built as it came, with the same digests.':
    '把镜像写入一个归档：文件或标准输出。docker-archive 用于“docker load”和“podman load”；\noci-archive 和 oci（目录）原样保存拉取或构建的内容，摘要不变。',
  'Where to; standard output if not given.': '写到哪里；默认标准输出。',
  'docker-archive (if not given), oci-archive or oci.': 'docker-archive（默认）、oci-archive 或 oci。',
  'Both in one archive.': '两个都在一个归档中。',
  'Takes every image of an archive of docker or of the OCI, with their names: from a file, or from standard input. Where one\ncannot be taken none is; one called as the built-in image is left out. "joey image import" also takes the folder of an OCI layout.':
    '从文件或标准输入取出 docker 或 OCI 归档中的所有镜像及其名称。有一个不能取出\n则都不取；与内置镜像同名的略去。“joey image import”也接受 OCI 布局目录。',
  'The archive; standard input if not given.': '归档；默认标准输入。',
  'What "docker save" or "podman save -m" has written.': '“docker save”或“podman save -m”写出的文件。',
  'From another machine.': '从另一台机器。',
  'Removes images that have no name and that nothing uses. Asks before it does; without a terminal it needs --force.':
    '删除没有名称且没有使用者的镜像。删除之前会询问；没有终端时需要 --force。',
}
