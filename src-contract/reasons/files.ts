import { defineReasons } from './define.ts'

export const filesReasons = defineReasons({
  'files-broken-answer': {
    code: 'engine',
    sentence: 'The sandbox answered with something else while its files were being changed.',
  },
  'files-no-answer': {
    code: 'timeout',
    sentence: 'The sandbox did not answer while its files were being changed. Check whether it still works.',
    remedy: { kind: 'retry' },
  },
  'move-into-itself': {
    code: 'invalidRequest',
    params: { path: 'text' },
    sentence: '{path} cannot be moved into itself.',
  },
  'not-a-path': {
    code: 'invalidRequest',
    params: { text: 'text' },
    sentence: '{text} is not a path: a backslash in a name is written as \\\\.',
  },
  'path-is-root': {
    code: 'invalidRequest',
    sentence: 'That is the whole tree. Choose something in it.',
  },
  'read-only-tree': {
    code: 'refused',
    params: { tree: 'text' },
    sentence: 'Images and snapshots never change. Make a sandbox of it, and change the files of that.',
  },
  'source-not-found': {
    code: 'notFound',
    params: { path: 'text' },
    sentence: 'There is nothing at {path} on this machine.',
  },
  'source-of-joey': {
    code: 'refused',
    params: { path: 'text' },
    sentence: '{path} is not copied: it holds the state or the socket of Joey itself.',
  },
  'source-without-name': {
    code: 'invalidRequest',
    params: { path: 'text' },
    sentence: 'Choose a file or a folder by its name: not {path}.',
  },
  'stopped-microvm-files': {
    code: 'conflict',
    params: { name: 'text' },
    sentence: 'Start it first: the files of a stopped micro-VM can be read and not changed.',
    remedy: { kind: 'runCommand', command: 'joey start {name}', why: 'Starts it.' },
  },
  'target-not-found': {
    code: 'notFound',
    params: { path: 'text' },
    sentence: 'There is no folder {path} on this machine, or it cannot be opened. Make it first.',
  },
  'target-of-joey': {
    code: 'refused',
    params: { path: 'text' },
    sentence: '{path} is not written to: what would be written belongs to Joey itself.',
  },
  'too-many-changes': {
    code: 'tooLarge',
    params: { limit: 'number' },
    sentence: 'More than {limit} files differ. Compare one folder of the trees at a time.',
  },
  'too-many-files': {
    code: 'tooLarge',
    params: { limit: 'number' },
    sentence: 'There are more than {limit} files. Copy them in parts.',
  },
  'file-exists': {
    code: 'conflict',
    params: { path: 'text', how: ['taken', 'replace', 'otherKind', 'inFolder', 'folder', 'notFolder', 'link'] },
    sentence: `{how, select,
      replace {There is something at {path} already. Ask for it to be replaced, or choose another name.}
      otherKind {{path} is there already, and a folder does not replace a file, nor a file a folder.}
      inFolder {There is something at {path} in the folder already. Ask for it to be replaced, or choose another folder.}
      folder {{path} is a folder, which a file does not replace.}
      notFolder {Something on the way to {path} is not a folder, or is a link.}
      link {Something on the way to {path} is a link, which is not followed.}
      other {There is something at {path} already.}
    }`,
  },
  'file-not-found': {
    code: 'notFound',
    params: { path: 'text', what: ['nothing', 'file', 'orFolder'] },
    sentence: `{what, select,
      file {There is no file at {path}.}
      orFolder {There is nothing at {path}, or its folder is not there.}
      other {There is nothing at {path}.}
    }`,
  },
  'folder-not-found': {
    code: 'notFound',
    params: { path: 'text' },
    sentence: 'There is no folder at {path}.',
  },
  'not-a-folder': {
    code: 'invalidRequest',
    params: { path: 'text', what: ['itself', 'onTheWay'] },
    sentence: `{what, select,
      itself {{path} is not a folder.}
      other {Something on the way to {path} is not a folder.}
    }`,
  },
  'not-a-file': {
    code: 'invalidRequest',
    params: { path: 'text', what: ['folder', 'content', 'change', 'import'] },
    sentence: `{what, select,
      folder {{path} is a folder.}
      content {{path} is no regular file, so it has no content to read.}
      change {{path} is neither a regular file nor a folder.}
      other {{path} is neither a file nor a folder.}
    }`,
  },
  'path-is-link': {
    code: 'invalidRequest',
    params: { path: 'text', what: ['itself', 'leadsThrough'] },
    sentence:
      '{path} is a link{what, select, itself {, and} other { or leads through one, and}} links are not followed here. Use the path that it leads to.',
  },
  'path-on-mount': {
    code: 'refused',
    params: { path: 'text', what: ['holds', 'inside', 'copied', 'has', 'busy'], place: 'text?' },
    sentence: `{what, select,
      holds {{path} cannot be moved or deleted, because {place} is mounted in the sandbox.}
      inside {{place} is mounted in the sandbox. What is mounted is neither shown nor changed here.}
      copied {{place} is mounted in the sandbox, and what is mounted is not copied from here. Take it from where it is kept, or have the sandbox write it: joey exec NAME tar -c {path}}
      has {{path} is, or has in it, something that is mounted in the sandbox. What is mounted is neither shown nor changed here.}
      other {{path} is in use as a mount, so it cannot be changed here.}
    }`,
  },
  'file-changed': {
    code: 'conflict',
    params: { path: 'text', what: ['deleted', 'changed'] },
    sentence: `{what, select,
      deleted {{path} has been deleted since it was read. Save it under a new name, or without the old version.}
      other {{path} has changed since it was read. Read it again before it is written, or what came in between is lost.}
    }`,
  },
  'path-not-valid': {
    code: 'invalidRequest',
    params: { what: ['text', 'parents', 'length'] },
    sentence: `{what, select,
      text {That is no path in a sandbox. A backslash is written as \\\\, another byte as \\xHH.}
      parents {A path in a sandbox must not contain "..".}
      other {A name in a sandbox has at most 255 bytes.}
    }`,
  },
  'target-twice': {
    code: 'invalidRequest',
    params: { path: 'text', where: ['sandbox', 'folder'] },
    sentence: `{where, select,
      sandbox {Two of the sources would go to {path}. Copy them one after the other.}
      other {Two of the paths would go to {path} in the folder. Copy them one after the other.}
    }`,
  },
  'folders-too-deep': {
    code: 'tooLarge',
    params: { path: 'text' },
    sentence: 'The folders in {path} are nested too deep.',
  },
  'file-not-read': {
    code: 'cancelled',
    params: { path: 'text' },
    sentence: '{path} was not written, because its source could not be read.',
  },
  'root-read-only': {
    code: 'conflict',
    sentence: 'The root of this sandbox is read-only. Create it without "read-only" to change its files.',
  },
  'file-not-permitted': {
    code: 'refused',
    params: { path: 'text' },
    sentence: 'Not even root of the sandbox may change {path}.',
  },
  'file-not-changed': {
    code: 'invalidRequest',
    params: { path: 'text', what: ['failed', 'way'], error: 'text?' },
    sentence: `{what, select,
      failed {{path} could not be changed ({error}).}
      other {{path} cannot be changed in that way. A folder does not go into itself.}
    }`,
  },
  'name-too-long': {
    code: 'invalidRequest',
    params: { path: 'text', where: ['sandbox', 'machine'] },
    sentence: `{where, select,
      sandbox {A name in {path} would be too long.}
      other {The name of {path} is too long for this machine.}
    }`,
  },
  'target-read-only': {
    code: 'refused',
    sentence: 'The folder is on a file system that is read-only.',
    remedy: { kind: 'runCommand', command: 'findmnt --options ro', why: 'Shows what is mounted read-only.' },
  },
  'target-not-permitted': {
    code: 'refused',
    sentence: 'The agent may not write to the folder.',
    remedy: {
      kind: 'runCommand',
      command: 'findmnt --real',
      why: 'Shows which file systems are mounted how: on some not even root may write.',
    },
  },
  'name-not-possible': {
    code: 'invalidRequest',
    params: { path: 'text' },
    sentence: 'The file system of this machine does not take {path}.',
  },
  'files-need-restart': {
    code: 'conflict',
    sentence: 'This sandbox was started by an older Joey, which could not change files. Restart the sandbox.',
  },
  'files-ended-early': {
    code: 'unavailable',
    sentence: 'The sandbox ended, or its program for files did, before all was done.',
  },
})
