import { defineReasons } from './define.ts'

export const functionReasons = defineReasons({
  'function-not-found': {
    code: 'notFound',
    params: { name: 'text' },
    sentence: 'There is no function "{name}".',
    remedy: { kind: 'runCommand', command: 'joey fn ls', why: 'Lists the functions.' },
  },
  'function-revision-not-found': {
    code: 'notFound',
    params: { name: 'text', revision: 'text' },
    sentence: 'The function "{name}" has no revision or tag "{revision}".',
    remedy: { kind: 'runCommand', command: 'joey fn inspect {name}', why: 'Shows its revisions.' },
  },
  'function-revision-gone': {
    code: 'conflict',
    sentence: 'This revision of the function is being removed. Send the request again.',
  },
  'function-overloaded': {
    code: 'conflict',
    params: { count: 'number' },
    sentence: '{count} requests wait for this function already. Send the request again later.',
  },
  'function-not-started': {
    code: 'engine',
    params: { problem: 'text', seconds: 'number' },
    sentence:
      'The function did not start: {problem} It is tried again in {seconds, plural, one {# second} other {# seconds}}.',
  },
  'function-instance-ended': {
    code: 'engine',
    sentence: 'An instance of the function ended before it took a request.',
  },
  'function-not-ready': {
    code: 'timeout',
    params: { port: 'number', seconds: 'number' },
    sentence:
      'The function did not take a connection on port {port} within {seconds} s. Its program has to listen on the port that is in PORT.',
  },
  'function-ended-early': {
    code: 'engine',
    params: { output: 'text?' },
    sentence: `The function's program ended before it took a request.{output, select, = {} other { It said: {output}}}`,
  },
  'function-needs-network': {
    code: 'invalidRequest',
    sentence:
      'A function that is an HTTP server needs a network to be reached by. Leave out --network none, or make it one of the kind command.',
  },
  'function-field-refused': {
    code: 'invalidRequest',
    params: { what: ['ports', 'tty', 'restart', 'remove', 'hostNetwork'] },
    sentence: `{what, select,
      ports {A function publishes no ports: it is called by the gateway.}
      tty {A function has no terminal.}
      restart {A function has no restart policy: it is started when it is called.}
      hostNetwork {A function has a network of its own, so that the gateway knows it from other programs.}
      other {A function is removed by "joey fn rm".}}`,
  },
  'function-host-unknown': {
    code: 'notFound',
    sentence:
      'No function has this address. A function NAME is called by http://NAME.localhost with the port of the gateway, or by the path /fn/NAME/ at 127.0.0.1.',
  },
  'function-timed-out': {
    code: 'timeout',
    params: { seconds: 'number' },
    sentence: 'The function did not answer within {seconds} s.',
  },
  'function-answer-broken': {
    code: 'engine',
    sentence: 'The function closed the connection, or answered what is no HTTP.',
  },
  'function-command-failed': {
    code: 'engine',
    params: { code: 'number' },
    sentence: "The function's command ended with code {code}.",
  },
  'function-traffic-invalid': {
    code: 'invalidRequest',
    sentence: 'The shares of the revisions have to make 100 percent, with each revision and each tag named once.',
  },
  'function-scale-invalid': {
    code: 'invalidRequest',
    sentence: 'The least number of instances cannot be above the greatest.',
  },
})
