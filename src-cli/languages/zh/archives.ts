import type { HelpTexts } from '../help-texts.ts'

export const archivesHelp: HelpTexts = {
  'Writes an image for other tools (oci, oci-layout, docker), pushes one, or writes a bundle with everything (joey). Before\nthat the written files and the environment are searched for keys and passwords; where there are any, say what is to\nbecome of them. It goes on when this command is ended; a cancel in the window ends it.':
    '写出供其他工具使用的镜像（oci、oci-layout、docker），推送镜像，或写出含有全部内容的包（joey）。\n在此之前会在写入的文件和环境变量中查找密钥和密码；如有，请说明如何\n处理。命令结束后导出仍会继续；在窗口中取消才会结束。',
  'oci, oci-layout, docker, push or joey. Needed, unless --scan.':
    'oci、oci-layout、docker、push 或 joey。除非用 --scan，否则必需。',
  'Where to. With push: not needed.': '写到哪里。用 push 时不需要。',
  'Name of the image, as in team/web:1.2.': '镜像名称，例如 team/web:1.2。',
  'Only search for secrets.': '只查找机密。',
  'Leave out every file and variable in which a secret was found.': '排除找到机密的每个文件和变量。',
  'Leave this finding out.': '排除这一项。',
  'Let what was found leave this machine.': '允许找到的内容离开本机。',
  'Of a bundle: only the digest of the image.': '用于包：只含镜像的摘要。',
  'Of a bundle: this snapshot too.': '用于包：也含这个快照。',
  'Of a bundle: a note for who imports it.': '用于包：给导入者的备注。',
  'Of a bundle: encrypt it with the first line of this file.': '用于包：用这个文件的第一行加密。',
  'For "docker load" and "podman load".': '用于“docker load”和“podman load”。',
  'A signed bundle with its snapshots.': '带签名的包及其快照。',
  'What would leave that should perhaps not.': '有哪些也许不该带走的内容会被带走。',
  'Makes a stopped sandbox from a bundle. First it shows what the bundle wants: nothing that goes beyond a new sandbox is\ngiven without --agree or --agree-all. For images of other tools: joey image import.':
    '从包创建停止的沙箱。先显示包要求什么：没有 --agree 或 --agree-all 时，超出新沙箱的要求\n一概不给。其他工具的镜像请用：joey image import。',
  'Name of the sandbox.': '沙箱的名称。',
  'Only show what it wants.': '只显示它要求什么。',
  'Agree to this wish.': '同意这项要求。',
  'Agree to everything that this machine can give.': '同意本机能提供的一切要求。',
  'Start it then.': '之后启动它。',
  'The first line of this file decrypts it.': '用这个文件的第一行解密。',
  'Who made it, what it wants, and what this machine can give.': '谁制作的，要求什么，本机能提供什么。',
  'Takes it as it is.': '原样导入。',
  'The public key that signs the bundles of this machine, and the keys that are trusted here.':
    '为本机的包签名的公钥，以及在这里受信任的密钥。',
  'Give the first line to who imports your bundles.': '把第一行交给导入您的包的人。',
  'Bundles that are signed with this public key are then no longer those of a stranger.':
    '用这个公钥签名的包不再视为来自陌生人。',
  'Trust it no longer.': '不再信任它。',
  "Trusts Anna's bundles.": '信任 Anna 的包。',
  'Makes an image of this machine of what is in a sandbox or snapshot: the layers of its image, and over them what was written.\nIt says what the sandbox runs with, unless --change says otherwise. Keys and passwords in it are in the image too.':
    '用沙箱或快照中的内容在本机制作镜像：其镜像的各层，加上写入的内容。\n除非 --change 另有说明，镜像记录沙箱运行所用的配置。其中的密钥和密码也在镜像中。',
  'CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, USER, VOLUME or WORKDIR, as in a Dockerfile.':
    'CMD、ENTRYPOINT、ENV、EXPOSE、LABEL、USER、VOLUME 或 WORKDIR，与 Dockerfile 中相同。',
  'The image that joey run team/web:2 starts.': 'joey run team/web:2 启动的镜像。',
  'With another command.': '使用另一个命令。',
}
