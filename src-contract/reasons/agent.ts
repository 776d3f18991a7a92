import { defineReasons } from './define.ts'

export const agentReasons = defineReasons({
  'agent-already-running': {
    code: 'conflict',
    sentence: 'Another agent already works on this state folder. Stop it first, or choose another JOEY_HOME.',
    remedy: { kind: 'runCommand', command: 'joey agent stop', why: 'Stops the one that runs.' },
  },
  'agent-does-not-stop': {
    code: 'timeout',
    params: { pid: 'number', seconds: 'number' },
    sentence: 'The agent (pid {pid}) was asked to stop but still runs after {seconds} seconds.',
  },
  'agent-not-built': {
    code: 'unavailable',
    sentence: 'The agent is not built. Run npm start or npm test first, in the folder of Joey.',
  },
  'caller-refused': {
    code: 'refused',
    params: { why: ['sandbox', 'namespace', 'gone'] },
    sentence: `{why, select,
      sandbox {A program in a sandbox may not speak to the agent.}
      namespace {A program that has a namespace of processes of its own, as in a container, may not speak to the agent.}
      other {Whoever connected to the agent could not be found any more, so it was refused.}
    }`,
  },
  'folder-not-own': {
    code: 'refused',
    params: { path: 'text', owner: 'number', uid: 'number' },
    sentence:
      'The folder {path} belongs to account {owner}, and Joey runs as {uid}: whoever owns it could exchange what lies in it. Choose another JOEY_HOME.',
    remedy: { kind: 'runCommand', command: 'ls -ld {path}', why: 'Shows whose it is.' },
  },
  'folder-open-to-others': {
    code: 'refused',
    params: { path: 'text' },
    sentence:
      'Other accounts can write to the folder {path}, so somebody else could exchange what lies in it. Choose another JOEY_HOME.',
    remedy: { kind: 'runCommand', command: 'chmod go-w {path}', why: 'Takes the right to write to it from others.' },
  },
  'home-not-absolute': {
    code: 'invalidRequest',
    params: { home: 'text' },
    sentence: 'JOEY_HOME must be an absolute path, but is "{home}".',
  },
  'home-not-usable': {
    code: 'invalidRequest',
    sentence: 'The path of the state folder may hold letters, digits and . _ @ + - only. Choose another JOEY_HOME.',
  },
  'home-not-writable': {
    code: 'unavailable',
    params: { home: 'text' },
    sentence: 'The state folder {home} cannot be written. Choose another with JOEY_HOME.',
    remedy: { kind: 'runCommand', command: 'namei -l {home}', why: 'Shows owner and mode of each folder on the way.' },
  },
  'home-too-long': {
    code: 'invalidRequest',
    params: { over: 'number' },
    sentence:
      'The path of the state folder is {over} characters too long for the sockets in it. Choose a shorter JOEY_HOME.',
  },
  'install-needs-root': {
    code: 'refused',
    sentence: 'An installation that only root can change has to be made by root.',
    remedy: { kind: 'runCommand', command: 'sudo ./joey agent install', why: 'Make it so' },
  },
  'owner-not-valid': {
    code: 'invalidRequest',
    params: { text: 'text' },
    sentence: 'This machine has no account "{text}". --owner takes a number or a name: --owner "$UID"',
  },
  'group-not-known': {
    code: 'invalidRequest',
    params: { group: 'text' },
    sentence: 'This machine has no group "{group}".',
  },
  'program-open-to-others': {
    code: 'refused',
    params: { path: 'text' },
    sentence:
      "What the agent would run from could be changed by others than root: {path}. Choose a JOEY_HOME that is root's, or install Joey where only root can change it.",
    remedy: { kind: 'runCommand', command: 'sudo joey agent install', why: 'Installs it so.' },
  },
  'records-damaged': {
    code: 'unavailable',
    params: { file: 'text' },
    sentence:
      'The records in {file} are damaged. What sandboxes have written is still in the state folder, and nothing was removed. Put a copy of the records back, or choose another JOEY_HOME.',
  },
  'records-gone': {
    code: 'conflict',
    params: { file: 'text', folder: 'text', count: 'number' },
    sentence:
      'The records in {file} are gone, but {folder} is not empty ({count}). Nothing was removed. Put a copy of the records back, or move the folders sandboxes, layers and volumes away to begin anew.',
  },
  'state-too-new': {
    code: 'conflict',
    sentence: 'The state folder was written by a newer version of Joey. Update Joey, or choose another JOEY_HOME.',
  },
  'task-id-taken': {
    code: 'conflict',
    sentence: 'There is a task with this id already.',
  },
  'task-not-found': {
    code: 'notFound',
    sentence: 'That work is no longer going on.',
  },
})
