import { defineReasons } from './define.ts'

export const requestReasons = defineReasons({
  'agent-not-running': {
    code: 'unavailable',
    sentence: 'The agent is not running. Start it with "joey agent start".',
    remedy: { kind: 'startAgent' },
  },
  'agent-not-yours': {
    code: 'refused',
    sentence: 'The socket of the agent belongs to another user. Ask for an agent of your own, or use that account.',
    remedy: {
      kind: 'runCommand',
      command: 'sudo joey agent status',
      why: 'Asks it as root, whom every agent answers.',
    },
  },
  'body-too-large': {
    code: 'tooLarge',
    params: { limit: 'number' },
    sentence: 'The request is larger than {limit} MiB, which is the limit.',
  },
  'request-not-readable': {
    code: 'invalidRequest',
    sentence: 'The request could not be read. Its body must be JSON.',
  },
  'sandbox-has-terminal': {
    code: 'conflict',
    params: { name: 'text' },
    sentence: '"{name}" has a terminal. Open that instead.',
    remedy: { kind: 'runCommand', command: 'joey attach {name}', why: 'Opens its terminal.' },
  },
  'request-not-valid': {
    code: 'invalidRequest',
    params: {
      what: ['field', 'own', 'twice', 'query', 'body', 'object', 'base64', 'stream', 'window'],
      where: 'text?',
      problem: 'text?',
    },
    sentence: `{what, select,
      field {The request is not valid: {where, select, = {} other {{where}: }}{problem}}
      own {{where, select, = {} other {{where}: }}{problem}}
      twice {"{where}" stands in the path already and must not be given again.}
      query {{where} takes its fields in the query, not in a body.}
      body {This request takes its fields in the body, not in the query.}
      object {The body must be one JSON object.}
      base64 {The content is not valid base64.}
      stream {The window broke a stream. Open it again.}
      other {The window sent a request it should not have. Please report this.}
    }`,
  },
  'route-not-found': {
    code: 'notFound',
    params: { what: ['operation', 'stream'], route: 'text' },
    sentence: `{what, select,
      operation {The agent has no {route}. See /v1/openapi.json for what it has.}
      other {The agent has no stream {route}.}
    }`,
  },
  'answer-not-valid': {
    code: 'internal',
    params: { what: ['answer', 'stream', 'status', 'refused'], status: 'number?' },
    sentence: `{what, select,
      answer {The agent gave an answer that this version does not understand. Restart the agent.}
      stream {The agent sent something that this version does not understand. Restart the agent.}
      status {The agent answered with status {status}.}
      other {The agent refused the stream with status {status}.}
    }`,
  },
  'agent-connection-lost': {
    code: 'unavailable',
    params: { during: ['command', 'request'] },
    sentence: `{during, select,
      command {The agent ended the connection before the command had ended.}
      other {The connection to the agent broke off. It may have stopped; try again.}
    }`,
    remedy: { kind: 'retry' },
  },
  'message-not-valid': {
    code: 'invalidRequest',
    params: { what: ['field', 'first'], where: 'text?', problem: 'text?' },
    sentence: `{what, select,
      field {{where}{problem}}
      other {The first message must say what to run.}
    }`,
  },
})
