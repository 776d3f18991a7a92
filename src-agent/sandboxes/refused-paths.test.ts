import { expect, test } from 'vitest'
import { parseHomes } from './host-paths.ts'
import { findAliasObjection, findObjection } from './refused-paths.ts'

const rules = {
  joey: ['/var/lib/joey', '/run/joey', '/srv/state'],
  installation: ['/srv/app'],
  homes: ['/root', '/data/people/ada', '/var/home/eve'],
}

test.each([
  ['the root', '/'],
  ['a system folder', '/etc'],
  ['a file in a system folder', '/etc/passwd'],
  ['a folder that holds the state of Joey', '/var/lib'],
  ['the state of Joey', '/var/lib/joey/images'],
  ['what holds the state of Joey, wherever that is', '/srv'],
  ['what Joey runs from', '/srv/app/out'],
  ['all homes', '/home'],
  ['a whole home', '/home/ada'],
  ['a whole home elsewhere', '/data/people/ada'],
  ['what holds a home elsewhere', '/data'],
  ['keys', '/home/ada/.ssh'],
  ['a key', '/root/.ssh/id_ed25519'],
  ['keys in a home elsewhere', '/data/people/ada/.gnupg'],
  ['a start-up file of a shell', '/home/ada/.bashrc'],
  ['what starts with the desktop', '/home/ada/.config/autostart'],
  ['units of an account', '/home/ada/.config/systemd/user'],
  ['programs of an account', '/home/ada/.local/bin'],
  ['programs of an account, not hidden', '/home/ada/bin'],
  ['credentials', '/home/ada/.git-credentials'],
  ['the profile of a browser', '/home/ada/.mozilla/firefox'],
  ['the profile of a browser, not hidden', '/home/ada/snap/firefox'],
  ['keys deeper in a home', '/home/ada/backup/.ssh'],
  ["everybody's temporary files", '/tmp'],
  ["everybody's temporary files that stay", '/var/tmp'],
  ['the run folder with its sockets', '/run'],
  ['the socket of another engine', '/run/docker.sock'],
  ['cgroups', '/sys/fs/cgroup'],
  ['devices', '/dev'],
  ['a program store', '/nix/store'],
])('%s is refused', (_what, path) => {
  expect(findObjection(path, rules)).not.toBeNull()
})

test.each([
  ['a project in a home', '/home/ada/project'],
  ['a project of root', '/root/project'],
  ['a project in a home elsewhere', '/data/people/ada/project'],
  ['a project in a home below /var', '/var/home/eve/project'],
  ['a hidden folder of a project', '/home/ada/project/.git'],
  ['a folder of programs in a project', '/home/ada/project/bin'],
  ['a folder of its own', '/srv/www'],
  ['temporary files', '/tmp/x'],
  ['a name that only starts like a system folder', '/etcetera'],
])('%s is fine', (_what, path) => {
  expect(findObjection(path, rules)).toBeNull()
})

test('another name counts as the first, but not where other systems and disks are mounted', () => {
  expect(findAliasObjection('/etc/ssh', rules)).not.toBeNull()
  expect(findAliasObjection('/run/timeshift/backup/etc', rules)).toBeNull()
  expect(findAliasObjection('/run/joey/s', rules)).not.toBeNull()
})

test('homes are those of root and of people', () => {
  const passwd = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
ada:x:1000:1000::/data/people/ada/:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
odd:x:1001:1001::/:/bin/sh
`
  expect(parseHomes(passwd)).toEqual(['/root', '/data/people/ada'])
})
