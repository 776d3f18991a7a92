import type { HelpTexts } from '../help-texts.ts'

export const helpHelp: HelpTexts = {
  'Usage: joey COMMAND [OPTIONS]': '用法：joey COMMAND [OPTIONS]',
  'Usage: ': '用法：',
  ':': '：',
  'Options:': '选项：',
  'Examples:': '示例：',
  'Runs code in sandboxes on this machine, each as isolated as you choose.':
    '在本机的沙箱中运行代码，每个沙箱的隔离程度由您选择。',
  'joey COMMAND --help describes each.': 'joey COMMAND --help 会逐一说明。',
  'JOEY_HOME chooses another state folder, JOEY_LANG a language: en, zh.':
    'JOEY_HOME 选择另一个状态目录，JOEY_LANG 选择语言：en、zh。',
  See: '请看',
  'Print JSON, errors too.': '输出 JSON，错误也是如此。',
  'Show the details of a failure.': '显示失败的详细信息。',
  'Show this help.': '显示本帮助。',
}
