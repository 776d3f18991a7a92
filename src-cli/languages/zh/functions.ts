import type { HelpTexts } from '../help-texts.ts'

export const functionsHelp: HelpTexts = {
  Functions: '函数',
  'Make a function, or a new revision of one.': '创建函数，或函数的新修订版本。',
  'List functions with what runs for them.': '列出函数以及为它们运行的内容。',
  'Show everything about functions, as JSON.': '以 JSON 显示函数的全部信息。',
  'Call a function.': '调用函数。',
  'List the last calls of a function.': '列出函数最近的调用。',
  'Share the calls between revisions.': '在修订版本之间分配调用。',
  'Send all calls to an earlier revision.': '把所有调用转到较早的修订版本。',
  'Remove functions.': '删除函数。',
  'All calls go to the new revision at once; "joey fn rollback" brings the last one back. Nothing runs until it is called.\nOptions of "joey run" hold for its sandboxes.':
    '所有调用立即转到新的修订版本；“joey fn rollback”恢复上一个。在被调用之前不运行任何内容。\n“joey run”的选项适用于它的沙箱。',
  'Run the command once for each call, with the body as its input.': '每次调用运行一次命令，以请求正文作为输入。',
  'Calls at once for one instance; 0 for any number.': '一个实例同时处理的调用数；0 表示不限。',
  'How long the last instance stays unused: 30s if not given.': '最后一个实例闲置多久后结束：默认 30s。',
  'What it runs; fetched where it is not here. Must be given.': '它运行的镜像；本机没有时会拉取。必须给出。',
  'Instances that are started with the revision.': '随修订版本一起启动的实例数。',
  'Instances at most: 10 if not given.': '最多实例数：默认 10。',
  'Instances that are always there: 0 if not given.': '始终保留的实例数：默认 0。',
  'Leave the calls where they go.': '调用仍转到原来的位置。',
  'Where its server listens, told to it by PORT: 8080 if not given.': '它的服务器监听的端口，由 PORT 告知：默认 8080。',
  'Asked for to see whether it is ready.': '用来判断是否就绪的路径。',
  'How far back the autoscaler looks: 60s if not given.': '自动伸缩回看的时间：默认 60s。',
  'For an instance to take calls: 1m if not given.': '实例开始接受调用的时限：默认 1m。',
  'For one call, with all that it waits for: 5m if not given.': '一次调用的时限，包括所有等待：默认 5m。',
  'Then: echo hello | joey fn invoke count': '然后：echo hello | joey fn invoke count',
  'A web server: joey fn invoke site --path /hostname': 'Web 服务器：joey fn invoke site --path /hostname',
  'In gVisor.': '在 gVisor 中。',
  'Names, addresses, and how many sandboxes run for each.': '名称、地址，以及每个函数运行的沙箱数。',
  'Prints JSON: revisions, shares of the calls, instances and what the autoscaler wants.':
    '输出 JSON：修订版本、调用份额、实例，以及自动伸缩的目标。',
  'What is piped into it is the body. Prints the body of the answer; exits with 1 where its\nstatus is 400 and above.':
    '通过管道传入的内容是请求正文。输出应答的正文；状态码为 400 及以上时\n以 1 退出。',
  'The body, in place of standard input.': '请求正文，代替标准输入。',
  'Send a header.': '发送一个标头。',
  'Show status and headers too.': '同时显示状态和标头。',
  'What it is asked for: / if not given.': '请求的路径：默认 /。',
  'GET if not given; POST with a body.': '默认 GET；有正文时为 POST。',
  'The revision of that tag.': '带该标签的修订版本。',
  'Calls it with that body.': '以该正文调用它。',
  'Asks a web server for a page.': '向 Web 服务器请求一个页面。',
  'The newest first, with what each waited for. The last thousand are kept.':
    '最新的在前，并显示每次等待了什么。保留最近一千次。',
  'So many: 100 if not given.': '显示的数量：默认 100。',
  'Status, time and instance of the last twenty.': '最近二十次的状态、时间和实例。',
  'The shares make 100. A revision with a tag has an address of its own, TAG--FUNCTION.localhost, also with a share of 0.':
    '份额之和为 100。带标签的修订版本有自己的地址 TAG--FUNCTION.localhost，份额为 0 时也有。',
  'One call in ten goes to revision 4.': '十次调用中有一次转到修订版本 4。',
  'All of them.': '全部调用。',
  'Without a revision: to the newest one before those that get calls now. Calls under way end where they are.':
    '不指定修订版本时：转到当前接受调用的版本之前最新的一个。进行中的调用在原处结束。',
  'Back to what was there before the last deploy.': '恢复到上次部署之前。',
  'Removes functions with their revisions and sandboxes. Calls under way are waited for, unless that is not wanted.':
    '删除函数及其修订版本和沙箱。除非不需要，否则会等待进行中的调用。',
  'End calls that are under way.': '结束进行中的调用。',
  'Nothing of it is left.': '不留下任何内容。',
}
