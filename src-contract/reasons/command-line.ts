import { defineReasons } from './define.ts'

export const commandLineReasons = defineReasons({
  'input-not-a-tty': {
    code: 'invalidRequest',
    sentence: 'The input device is not a TTY, so -t cannot work here. Use -i alone to feed standard input.',
  },
  'main-terminal-missing': {
    code: 'internal',
    params: { name: 'text' },
    sentence: 'The terminal of "{name}" is not there.',
  },
  'sandbox-ref-not-valid': {
    code: 'invalidRequest',
    params: { word: 'text' },
    sentence: '"{word}" is not a name or id of a sandbox. Names have letters, digits, dashes, underscores and dots.',
  },
  'id-file-not-made': {
    code: 'invalidRequest',
    params: { file: 'text', why: ['exists', 'other'] },
    sentence:
      'The id cannot be written to "{file}"{why, select, exists {, which is there already} other {}}. Take the name of a new file in a folder that you can write to.',
  },
  'support-bundle-not-written': {
    code: 'refused',
    params: { file: 'text', why: ['exists', 'other'] },
    sentence:
      'The support bundle cannot be written to "{file}"{why, select, exists {, which is there already} other {}}. Take the name of a new file in a folder that you can write to.',
  },
  'port-not-published': {
    code: 'notFound',
    params: {
      name: 'text',
      port: 'text?',
      protocol: 'text?',
      ports: 'text?',
      why: ['stopped', 'nothing', 'protocol', 'other'],
    },
    sentence: `{why, select,
      stopped {"{name}" does not run: its ports are on this machine while it does.}
      nothing {Nothing is published of "{name}".}
      protocol {{port} is published for {protocol}: joey port {name} {port}/{protocol}}
      other {{port} is not published of "{name}". Published are: {ports}.}
    }`,
  },
  'terminal-closed': {
    code: 'conflict',
    sentence: 'The terminal was closed from elsewhere.',
  },
  'tree-not-found': {
    code: 'notFound',
    params: { word: 'text' },
    sentence: 'There is no sandbox and no snapshot "{word}".',
    remedy: { kind: 'runCommand', command: 'joey snapshot ls', why: 'Shows all snapshots.' },
  },
  'agent-needs-root': {
    code: 'refused',
    sentence: 'The agent needs root, because it makes namespaces, mounts and cgroups.',
    remedy: { kind: 'runCommand', command: 'sudo ./joey agent start', why: 'Start it so' },
  },
  'agent-died': {
    code: 'unavailable',
    sentence: 'The agent ended right after its start. Its last words:',
  },
  'agent-does-not-answer': {
    code: 'timeout',
    params: { seconds: 'number', log: 'text' },
    sentence: 'The agent does not answer {seconds} seconds after its start.',
    remedy: { kind: 'openLog', path: '{log}' },
  },
  'grant-not-held': {
    code: 'notFound',
    params: { name: 'text', grant: 'text', held: 'text' },
    sentence: '"{name}" was not granted {grant}. {held, select, = {It has no grants.} other {It has {held}.}}',
    remedy: { kind: 'runCommand', command: 'joey inspect {name}', why: 'Shows what it is granted.' },
  },
  usage: {
    code: 'invalidRequest',
    params: { problem: 'sentence' },
    sentence: '{problem}',
  },
})
