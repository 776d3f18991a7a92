import type { Flags } from '../command/flags.ts'
import { limitFlags } from './shared/limit-flags.ts'

/** What `run` and `exec` have in common. */
export const processFlags = {
  interactive: { type: 'boolean', short: 'i', help: 'Feed standard input to the command.' },
  tty: { type: 'boolean', short: 't', help: 'Give the command a terminal.' },
  env: {
    type: 'string',
    short: 'e',
    multiple: true,
    value: 'NAME[=VALUE]',
    help: 'Set a variable; NAME alone takes it from here.',
  },
  'env-file': { type: 'string', multiple: true, value: 'FILE', help: 'Set the variables in a file, one a line.' },
  workdir: { type: 'string', short: 'w', value: 'PATH', help: 'Working directory inside.' },
  user: { type: 'string', short: 'u', value: 'USER[:GROUP]', help: 'Name or number of the user inside.' },
  'detach-keys': { type: 'string', value: 'KEYS', help: 'Keys that leave the terminal: ctrl-p,ctrl-q if not given.' },
} as const satisfies Flags

export const runFlags = {
  ...processFlags,
  ...limitFlags,
  detach: { type: 'boolean', short: 'd', help: 'Leave it running, and print its id.' },
  rm: { type: 'boolean', help: 'Remove the sandbox when its command has ended.' },
  name: { type: 'string', value: 'NAME', help: 'What to call it; made up if not given.' },
  class: { type: 'string', value: 'CLASS', help: 'Isolation class: container, gvisor or microvm.' },
  volume: {
    type: 'string',
    short: 'v',
    multiple: true,
    value: 'SOURCE:TARGET[:ro]',
    help: 'Show a folder or file of this machine inside.',
  },
  publish: {
    type: 'string',
    short: 'p',
    multiple: true,
    value: '[HOST:]GUEST',
    help: 'Publish a TCP port on 127.0.0.1.',
  },
  network: {
    type: 'string',
    value: 'nat|none|NAME',
    help: 'A way out, nothing at all, or a network shared with others by name.',
  },
  grant: {
    type: 'string',
    multiple: true,
    value: 'GRANT',
    help: 'Give what is refused by default: host-path:/etc:ro, cap:SYS_ADMIN, host-network.',
  },
  hostname: { type: 'string', short: 'h', value: 'NAME', help: 'Hostname inside; its name if not given.' },
  entrypoint: { type: 'string', value: 'COMMAND', help: "Replace the image's entrypoint." },
  'read-only': { type: 'boolean', help: 'Forbid writing to the root file system.' },
  label: { type: 'string', short: 'l', multiple: true, value: 'NAME=VALUE', help: 'Attach a label.' },
  'stop-timeout': { type: 'string', value: 'SECONDS', help: 'How long a stop waits before it kills.' },
} as const satisfies Flags
