import { defineReasons } from './define.ts'

export const networkReasons = defineReasons({
  'agent-stopping': {
    code: 'unavailable',
    sentence: 'The agent is stopping.',
    remedy: { kind: 'retry' },
  },
  'network-full': {
    code: 'unavailable',
    params: { count: 'number' },
    sentence: 'No more than {count} sandboxes fit into the network at once.',
    remedy: { kind: 'runCommand', command: 'joey ls', why: 'Shows the sandboxes that run.' },
  },
  'no-free-subnet': {
    code: 'unavailable',
    sentence:
      'This machine has routes for all private address ranges, so sandboxes get no network. Use --network none, or remove a route.',
    remedy: { kind: 'runCommand', command: 'ip route', why: 'Shows the routes.' },
  },
  'port-in-use': {
    code: 'conflict',
    params: { port: 'number' },
    sentence: 'Port {port} is already in use by another program on this machine. Choose another one, or 0 for any.',
    remedy: { kind: 'runCommand', command: "ss -ltunp 'sport = :{port}'", why: 'Shows which program uses the port.' },
  },
  'port-privileged': {
    code: 'refused',
    params: { port: 'number' },
    sentence: 'Port {port} may not be published: ports below 1024 need more privileges than the agent has.',
    remedy: {
      kind: 'runCommand',
      command: 'sysctl net.ipv4.ip_unprivileged_port_start',
      why: 'Shows from which port on no privileges are needed.',
    },
  },
  'port-unusable': {
    code: 'unavailable',
    params: { port: 'number' },
    sentence: 'Port {port} cannot be published on this machine.',
    remedy: { kind: 'retry' },
  },
  'sysctl-refused': {
    code: 'unavailable',
    params: { key: 'text', value: 'text' },
    sentence: 'This machine does not let Joey set {key} to {value}.',
    remedy: { kind: 'runCommand', command: 'sysctl {key}', why: 'Shows what it is now.' },
  },
  'too-many-networks': {
    code: 'unavailable',
    params: { limit: 'number' },
    sentence: 'No more than {limit} networks have room at once.',
  },
  'port-taken': {
    code: 'conflict',
    params: { port: 'number', by: ['same', 'sandbox', 'agent'] },
    sentence:
      'Port {port} is already published {by, select, same {twice for this sandbox} sandbox {by another sandbox} other {by a sandbox of another agent}}. Choose another one, or 0 for any.',
    remedy: { kind: 'runCommand', command: 'joey ls', why: 'Shows who publishes which port.' },
  },
})
