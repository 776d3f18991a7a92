import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { softwareImage } from './images.ts'
import { requireText, stopInPeace } from './joey.ts'
import type { Scenario } from './scenario.ts'
import { fetchPage, publishedPort } from './servers.ts'

const project = {
  name: 'web',
  version: '1.0.0',
  dependencies: { express: '4.21.2' },
  devDependencies: { typescript: '5.6.3' },
}
const server = `const app = require('express')()
app.get('/', (request, response) => response.send('hello from express'))
const listening = app.listen(3000)
process.on('SIGTERM', () => listening.close(() => process.exit(0)))
`

/** Authorities that this machine trusts: where its network has one of its own, npm needs it too. */
const authorities = '/etc/ssl/certs/ca-certificates.crt'

/** A project with dependencies in a folder of this machine, that npm installs, and that then serves. */
export const node: Scenario = {
  name: 'Node and npm',
  async run(joey, folder) {
    const own = join(folder, `project-${joey.class}`)
    mkdirSync(own)
    writeFileSync(join(own, 'package.json'), JSON.stringify(project))
    writeFileSync(join(own, 'server.js'), server)
    if (existsSync(authorities)) copyFileSync(authorities, join(own, 'ca.crt'))
    const trust = existsSync(authorities) ? ['-e', 'npm_config_cafile=/app/ca.crt'] : []
    const options = ['--class', joey.class, '-v', `${own}:/app`, '-w', '/app']
    await joey(
      'run',
      '--rm',
      ...options,
      ...trust,
      'node',
      '--',
      'npm',
      'install',
      '--no-audit',
      '--no-fund',
      '--maxsockets=3',
    )
    requireText(
      await joey('run', '--rm', ...options, 'node', '--', 'node_modules/.bin/tsc', '--version'),
      /Version 5/,
      'tsc',
    )
    await joey.start('web', ['-p', '3000', '-v', `${own}:/app:ro`, '-w', '/app'], 'node', 'node', 'server.js')
    requireText(await fetchPage(await publishedPort(joey, 'web', 3000)), /hello from express/, 'The page')
    await stopInPeace(joey, 'web')
  },
}

const indexScript = `mkdir -p /index/simple/greet /source/greet && cd /source
printf 'from setuptools import setup\\nsetup(name="greet", version="1.0", packages=["greet"])\\n' > setup.py
echo 'print("greetings")' > greet/__init__.py
python3 setup.py -q sdist -d /index/simple/greet && cd /index && exec python3 -m http.server 8000`

const installScript = `until python3 -c 'import socket; socket.create_connection(("index", 8000))' 2> /dev/null; do sleep 0.3; done
python3 -m venv --system-site-packages /own && /own/bin/pip install --no-build-isolation --index-url http://index:8000/simple --trusted-host index greet && /own/bin/python -c 'import greet'`

/** A package of a server that is a sandbox too; the second sandbox takes it from the cache that the first one has left. */
export const python: Scenario = {
  name: 'Python and pip',
  async run(joey) {
    await joey.start('index', ['--network', 'wheels'], 'python', 'sh', '-c', indexScript)
    const options = ['--class', joey.class, '--network', 'wheels', '-v', 'pipcache:/root/.cache/pip']
    const install = () => joey('run', '--rm', ...options, 'python', '--', 'sh', '-c', installScript)
    requireText(await install(), /Downloading .*greet[^]*greetings/, 'The first pip install')
    requireText(await install(), /Using cached greet[^]*greetings/, 'The second pip install')
  },
}

const buildScript = `cd /tmp && printf '#include <stdio.h>\\nint main(void) { puts("built"); }\\n' > hello.c
printf 'hello: hello.c\\n\\tgcc -O2 -o hello hello.c\\n' > Makefile && make -s && ./hello && stat -c %F hello`

/** A program that is compiled, linked and run. */
export const gcc: Scenario = {
  name: 'gcc and make',
  async run(joey) {
    const printed = await joey('run', '--rm', '--class', joey.class, softwareImage, '--', 'sh', '-c', buildScript)
    requireText(printed, /built\nregular file/, 'What was built')
  },
}
