import { softwareImage } from './images.ts'
import { logOf, requireText, stopInPeace } from './joey.ts'
import type { Scenario } from './scenario.ts'

const children = 5
const settings = `[supervisord]
nodaemon=true
user=root
[unix_http_server]
file=/run/supervisor.sock
[supervisorctl]
serverurl=unix:///run/supervisor.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[program:child]
command=sleep 100000
process_name=child-%(process_num)s
numprocs=${children}
`
const allRunning = new RegExp(`^(?:[^\\n]*RUNNING[^\\n]*\\n){${children}}$`)

/** A supervisor starts five programs, and one of them again that was killed. */
export const supervisor: Scenario = {
  name: 'supervisord',
  async run(joey) {
    const script = 'echo "$SETTINGS" > /etc/own.conf && exec supervisord -c /etc/own.conf'
    // Its socket gets a second name, which gVisor has in memory only (`joey class ls`).
    const options = ['-e', `SETTINGS=${settings}`, '--tmpfs', '/run']
    await joey.start('supervisor', options, softwareImage, 'sh', '-c', script)
    const status = ['exec', 'supervisor', '--', 'supervisorctl', '-c', '/etc/own.conf', 'status'] as const
    await joey.until(allRunning, ...status)
    const kill = 'old=$(supervisorctl -c /etc/own.conf pid child:child-2) && kill -9 $old && echo $old'
    const old = (await joey('exec', 'supervisor', '--', 'sh', '-c', kill)).trim()
    const another = new RegExp(`child-2 +RUNNING +pid (?!${old},)`)
    await joey.until(another, ...status)
    await stopInPeace(joey, 'supervisor')
    requireText(await logOf(joey, 'supervisor'), /stopped: child-4/, 'The log of the supervisor')
  },
}

/** A line of a table is run each minute, without a system that starts services. It has no answer to TERM, so that another is process 1. */
export const cron: Scenario = {
  name: 'cron',
  async run(joey) {
    const script = 'echo "* * * * * root date > /var/ticked" > /etc/cron.d/tick && exec cron -f'
    await joey.start('cron', ['--init'], softwareImage, 'sh', '-c', script)
    await joey.until(/:/, 'exec', 'cron', '--', 'cat', '/var/ticked')
    await stopInPeace(joey, 'cron')
  },
}
