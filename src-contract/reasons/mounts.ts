import { defineReasons } from './define.ts'

export const mountsReasons = defineReasons({
  'grant-cap-unknown': {
    code: 'invalidRequest',
    params: { name: 'text', known: 'text' },
    sentence: 'Linux has no capability "{name}". It is written as in cap:SYS_ADMIN; there are {known}.',
    remedy: { kind: 'runCommand', command: 'joey grant --help', why: 'Shows how grants are written.' },
  },
  'grant-device-missing': {
    code: 'invalidRequest',
    params: { path: 'text' },
    sentence: '{path} is no device of this machine.',
    remedy: { kind: 'runCommand', command: 'ls -l /dev', why: 'Shows the devices.' },
  },
  'grant-not-readable': {
    code: 'invalidRequest',
    params: { grant: 'text', forms: 'text' },
    sentence: '"{grant}" is not something that can be granted. Write one of {forms}.',
    remedy: { kind: 'runCommand', command: 'joey grant --help', why: 'Shows how grants are written.' },
  },
  'grant-of-installation': {
    code: 'refused',
    params: { path: 'text' },
    sentence: '{path} is not granted for writing: Joey itself runs from it. Grant host-path:{path}:ro.',
  },
  'grant-of-joey': {
    code: 'refused',
    params: { path: 'text' },
    sentence: '{path} is not granted: it holds the state or the socket of Joey itself, and with them all sandboxes.',
  },
  'grant-of-socket': {
    code: 'invalidRequest',
    params: { path: 'text' },
    sentence: '{path} is a socket: who reaches it can also speak to it. Grant it as host-path:{path}:rw.',
    remedy: { kind: 'runCommand', command: 'joey run --grant host-path:{path}:rw', why: 'Grants it for both.' },
  },
  'grant-path-missing': {
    code: 'invalidRequest',
    params: { path: 'text' },
    sentence: 'There is nothing at {path} to grant. Create it first, or check the path.',
  },
  'grant-path-special': {
    code: 'invalidRequest',
    params: { path: 'text' },
    sentence: '{path} is neither a folder nor a file. A device is granted as device:{path}.',
    remedy: { kind: 'runCommand', command: 'joey run --grant device:{path}', why: 'Grants a device.' },
  },
  'grant-twice': {
    code: 'invalidRequest',
    params: { key: 'text' },
    sentence: '{key} is granted for reading and for writing. Say one of them.',
  },
  'mount-granted-read-only': {
    code: 'refused',
    params: { source: 'text' },
    sentence: '{source} is granted for reading only. Mount it read-only, or grant host-path:{source}:rw.',
    remedy: {
      kind: 'runCommand',
      command: 'joey run --grant host-path:{source}:rw',
      why: 'Grants it for writing too.',
    },
  },
  'mount-source-gone': {
    code: 'conflict',
    params: { source: 'text' },
    sentence: 'There is nothing at {source} any more, which is mounted in the sandbox. Put it back, then start again.',
  },
  'mount-source-holds-socket': {
    code: 'refused',
    params: { source: 'text', socket: 'text', path: 'text' },
    sentence:
      '{source} is not mounted: {socket} in it is a socket, and what listens there could be commanded from inside. Take a folder without it, another class, or grant host-path:{path}:rw by name.',
  },
  'mount-source-moved': {
    code: 'refused',
    params: { source: 'text', path: 'text' },
    sentence:
      '{source} is not mounted: {path} has been replaced since it was checked. Make it what it was, or create the sandbox anew.',
  },
  'mount-target-reserved': {
    code: 'refused',
    params: { target: 'text' },
    sentence: 'Nothing can be mounted at {target}: /proc, /sys and /dev belong to the engine.',
  },
  'mount-target-twice': {
    code: 'invalidRequest',
    params: { target: 'text' },
    sentence: 'Two mounts go to {target}. Give each its own place.',
  },
  'path-through-link': {
    code: 'refused',
    params: { path: 'text', link: 'text' },
    sentence:
      '{path} is not used: {link} on the way is a link that a sandbox, or others than you, could have made. Name what it leads to.',
  },
  'grant-not-in-class': {
    code: 'invalidRequest',
    params: { grant: 'text', class: 'text', why: 'sentence' },
    sentence: '{grant} cannot be granted in the class "{class}": {why} Leave it out, or choose another class.',
    remedy: { kind: 'runCommand', command: 'joey class ls', why: 'Shows what each class can do here.' },
  },
  'mount-source-missing': {
    code: 'invalidRequest',
    params: { source: 'text' },
    sentence: 'There is nothing at {source} to mount. Create it first, or check the path.',
  },
  'mount-source-socket': {
    code: 'refused',
    params: { source: 'text', grant: 'text?' },
    sentence:
      '{source} is a socket. What listens there could be commanded from inside, so Joey does not mount it.{grant, select, = {} other { To give it all the same, grant {grant} by name.}}',
    remedy: {
      kind: 'runCommand',
      command: '{grant, select, = {} other {joey run --grant {grant}}}',
      why: 'Grants it by name.',
    },
  },
  'mount-source-special': {
    code: 'refused',
    params: { source: 'text' },
    sentence: '{source} is neither a folder nor a file, so Joey does not mount it.',
  },
  'mount-source-refused': {
    code: 'refused',
    params: { source: 'text', why: 'sentence', grant: 'text?' },
    sentence:
      '{source} is not mounted: {why}{grant, select, = {} other { To give it all the same, grant {grant} by name.}}',
    remedy: {
      kind: 'runCommand',
      command: '{grant, select, = {} other {joey run --grant {grant}}}',
      why: 'Grants it by name.',
    },
  },
})
