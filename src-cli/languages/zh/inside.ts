import type { HelpTexts } from '../help-texts.ts'

export const insideHelp: HelpTexts = {
  'Exits with the code of the command; 124 when --timeout ended it, 125 when Joey itself failed, 126 when it cannot\nbe executed, 127 when it is not there, 128 + n when signal n ended it. With -t the command may be left out: a shell.':
    '以命令的退出码退出；被 --timeout 结束时为 124，Joey 自身失败时为 125，无法执行时为 126，\n不存在时为 127，被信号 n 结束时为 128 + n。用 -t 时可以省略命令：运行 shell。',
  'Kill the command after this long: 30s, 5m.': '这么久之后强制终止命令：30s、5m。',
  'Output and exit code are those of the command.': '输出和退出码与命令的相同。',
  'Standard input is passed on byte for byte.': '标准输入逐字节传入。',
  'The best shell that the image has.': '镜像中最好的 shell。',
  'Shows the terminal of the main process, else the terminal that was opened last, else the output of the main\nprocess from now on. Exits with the code of what was shown.':
    '显示主进程的终端，否则显示最后打开的终端，否则显示主进程从现在起的\n输出。以所显示内容的退出码退出。',
  'Which terminal; joey terminals lists them.': '哪个终端；joey terminals 会列出它们。',
  'Only watch, do not type.': '只看，不输入。',
  'Pass signals to a main process without a terminal (on).': '把信号传给没有终端的主进程（默认开启）。',
  'Ctrl-P Ctrl-Q leaves it running.': 'Ctrl-P Ctrl-Q 使它继续运行。',
  'One of several terminals.': '多个终端中的一个。',
  'Their ids are for joey attach web --terminal ID.': '它们的 ID 用于 joey attach web --terminal ID。',
  'What "ps" of the image prints inside, with -ef unless other options are given. Ends with 127 where it has none.':
    '镜像中“ps”在内部的输出，默认用 -ef，除非给出其他选项。没有 ps 时以 127 结束。',
  'The processes of web, as they see each other.': 'web 的进程，与它们互相看到的一样。',
  'The same as titles of columns and rows.': '同样内容，以列标题和行表示。',
  'With options of the ps in its image.': '使用其镜像中 ps 的选项。',
  'Return as soon as it runs. It goes on by itself, and is heard of no more.': '一运行就返回。它自行继续，不再有消息。',
  'Does not wait for its end.': '不等待它结束。',
}
