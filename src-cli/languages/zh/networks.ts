import type { HelpTexts } from '../help-texts.ts'

export const networksHelp: HelpTexts = {
  'With a port of the sandbox only where that is on this machine; ends with 1 where it is not published.':
    '给出沙箱的端口时，只显示它在本机的位置；没有发布时以 1 结束。',
  'All that are published.': '所有已发布的端口。',
  'Where port 80 of it is.': '它的端口 80 在哪里。',
  'Lists the networks that were made, and those that are there because a sandbox names them.':
    '列出创建过的网络，以及因为有沙箱提到而存在的网络。',
  'Names, subnets, and the sandboxes that are on them.': '名称、子网以及网络上的沙箱。',
  'Makes a network for sandboxes that reach each other by name, with what is said here.\n"joey run --network NAME" needs none to be made; one that is made stays when nobody is on it.':
    '按这里给出的设置创建网络，其中的沙箱按名称互相访问。\n“joey run --network NAME”不需要先创建；创建过的网络在没有沙箱时仍然保留。',
  'Without a way out.': '没有出口。',
  'Its sandboxes do not reach each other.': '其中的沙箱不能互相访问。',
  'Give its sandboxes addresses of this subnet, as 10.9.0.0/24.': '让其中的沙箱得到这个子网的地址，例如 10.9.0.0/24。',
  'For joey run --network backend.': '供 joey run --network backend 使用。',
  'With addresses of its own, and no way out.': '有自己的地址，没有出口。',
  'Prints JSON: its subnet, what it lets through, and who is on it with which address.':
    '输出 JSON：子网、允许通过的内容，以及谁以哪个地址在网络上。',
  'Removes networks. One that a sandbox is on, running or not, is kept.':
    '删除网络。只要有沙箱在网络上，无论是否运行，都会保留。',
  'Removes the networks that no sandbox is on. They hold nothing, so it does not ask.':
    '删除没有沙箱的网络。它们不含任何内容，因此不会询问。',
  'As it is anyway.': '本来就是如此。',
  'Puts sandboxes on a network beside those that they are on, at once where they run.\nIn gVisor and micro-VMs an address in its subnet comes with the next start.':
    '让沙箱在已有网络之外再加入一个网络，正在运行的立即生效。\n在 gVisor 和微型虚拟机中，子网里的地址在下次启动时得到。',
  'A further name by which the others find it.': '其他沙箱找到它的另一个名称。',
  'Give it this address in the subnet of the network.': '给它网络子网中的这个地址。',
  'web also reaches what is on backend.': 'web 也能访问 backend 上的沙箱。',
  'There pg is found as db too.': '在那里 pg 也叫 db。',
  'web stays on its other networks.': 'web 仍留在其他网络上。',
  'Sandboxes on one network reach each other by their names.\nThey leave the others that they are on; with "joey network connect" they stay there.':
    '同一网络上的沙箱按名称互相访问。\n它们会退出其他网络；用“joey network connect”则不退出。',
  'web and db reach each other from now on.': '从现在起 web 和 db 互相访问。',
  'No other sandbox reaches it any more.': '其他沙箱不能再访问它。',
}
