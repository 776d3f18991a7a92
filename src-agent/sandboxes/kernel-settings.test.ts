import { expect, test } from 'vitest'
import { requireOwnSettings } from './kernel-settings.ts'

const check = (name: string, more: object = {}) =>
  requireOwnSettings(
    { sysctls: { [name]: '1' }, class: 'container', hostNetwork: false, ...more },
    (path) => path !== '/proc/sys/net/core/not_there',
  )

test.each([
  ['net.core.somaxconn', {}],
  ['net.ipv4.conf.eth0.forwarding', {}],
  ['kernel.shmmax', {}],
  ['fs.mqueue.msg_max', { class: 'microvm' }],
  ['net.core.not_there', { class: 'microvm' }],
  ['kernel.sem', { hostNetwork: true }],
] as const)('%s is the own setting of a sandbox (%j)', (name, more) => {
  expect(() => check(name, more)).not.toThrow()
})

test.each([
  ['vm.overcommit_memory', {}, 'this whole machine'],
  ['kernel.core_pattern', { class: 'microvm' }, 'this whole machine'],
  ['kernel.shm_next_id', {}, 'this whole machine'],
  ['fs.file-max', {}, 'this whole machine'],
  ['net.core.somaxconn', { hostNetwork: true }, 'network of this machine'],
  ['net.core.somaxconn', { class: 'gvisor' }, 'Choose another class'],
  ['net.core.not_there', {}, 'no such setting'],
] as const)('%s is refused (%j): %s', (name, more, words) => {
  expect(() => check(name, more)).toThrow(words)
})
