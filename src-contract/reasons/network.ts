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
    params: { port: 'number', program: 'text?', pid: 'number?' },
    sentence:
      'Port {port} is already in use by {program, select, = {another program} other {{program} (process {pid})}} on this machine. Choose another one, or 0 for any.',
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
  'network-not-found': {
    code: 'notFound',
    params: { name: 'text' },
    sentence: 'There is no network "{name}".',
    remedy: { kind: 'runCommand', command: 'joey network ls', why: 'Lists the networks.' },
  },
  'network-in-use': {
    code: 'conflict',
    params: { name: 'text', users: 'text', count: 'number' },
    sentence:
      'The network "{name}" is used by {users}, so it is kept. Take {count, plural, one {that sandbox} other {those sandboxes}} off it first.',
    remedy: {
      kind: 'runCommand',
      command: 'joey network disconnect {name} {users}',
      why: 'Takes off it what uses it.',
    },
  },
  'network-exists': {
    code: 'conflict',
    params: { name: 'text' },
    sentence: 'There is a network "{name}" already, made otherwise. Choose another name, or use it as it is.',
    remedy: { kind: 'runCommand', command: 'joey network inspect {name}', why: 'Shows the one that is there.' },
  },
  'network-named-already': {
    code: 'conflict',
    params: { name: 'text', users: 'text' },
    sentence:
      'The network "{name}" is shared by {users} already, without having been made. Take them off it first, or choose another name.',
    remedy: { kind: 'runCommand', command: 'joey network disconnect {name} {users}', why: 'Takes them off it.' },
  },
  'not-on-network': {
    code: 'conflict',
    params: { name: 'text', network: 'text' },
    sentence: '"{name}" is not on the network "{network}".',
    remedy: { kind: 'runCommand', command: 'joey network inspect {network}', why: 'Shows who is on it.' },
  },
  'subnet-unfit': {
    code: 'invalidRequest',
    params: { subnet: 'text' },
    sentence:
      'The subnet {subnet} cannot be that of a network: it needs a prefix of 8 to 29, and no addresses that are kept for other things.',
  },
  'subnet-taken': {
    code: 'conflict',
    params: { subnet: 'text', taken: 'text', by: 'text' },
    sentence: 'The subnet {subnet} overlaps {taken} ({by}), which is in use on this machine. Choose another one.',
    remedy: { kind: 'runCommand', command: 'ip route', why: 'Shows what this machine uses.' },
  },
  'address-taken': {
    code: 'conflict',
    params: { address: 'text', network: 'text' },
    sentence: 'The address {address} of the network "{network}" is used by another sandbox that runs.',
    remedy: { kind: 'runCommand', command: 'joey network inspect {network}', why: 'Shows who has which address.' },
  },
  'address-outside': {
    code: 'invalidRequest',
    params: { address: 'text', subnets: 'text?' },
    sentence:
      'The address {address} is one of no network of the sandbox{subnets, select, = {: none of them has a subnet. Make one with "joey network create --subnet"} other { ({subnets})}}.',
  },
  'network-addresses-gone': {
    code: 'unavailable',
    params: { network: 'text', count: 'number' },
    sentence: 'All {count} addresses of the network "{network}" are in use.',
    remedy: { kind: 'runCommand', command: 'joey network inspect {network}', why: 'Shows who has which address.' },
  },
  'port-taken': {
    code: 'conflict',
    params: { port: 'number', by: ['same', 'sandbox', 'agent'], name: 'text?' },
    sentence:
      'Port {port} is already published {by, select, same {twice for this sandbox} sandbox {by {name, select, = {another sandbox} other {the sandbox "{name}"}}} other {by a sandbox of another agent}}. Choose another one, or 0 for any.',
    remedy: { kind: 'runCommand', command: 'joey ls', why: 'Shows who publishes which port.' },
  },
})
