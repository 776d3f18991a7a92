import type { HelpTexts } from '../help-texts.ts'

export const networksHelp: HelpTexts = {
  'With a port of the sandbox only where that is on this machine; ends with 1 where it is not published.':
    '给出沙箱的端口时，只显示它在本机的位置；没有发布时以 1 结束。',
  'All that are published.': '所有已发布的端口。',
  'Where port 80 of it is.': '它的端口 80 在哪里。',
  'Sandboxes on the network of one name reach each other by their names; a sandbox is on one at most.':
    '同名网络上的沙箱按名称互相访问；一个沙箱最多在一个网络上。',
  'web and db reach each other from now on.': '从现在起 web 和 db 互相访问。',
  'No other sandbox reaches it any more.': '其他沙箱不能再访问它。',
}
