import { defineReasons } from './define.ts'

export const archiveReasons = defineReasons({
  'bundle-damaged': {
    code: 'invalidRequest',
    sentence: 'The bundle is damaged: it is not what was written. Copy it once more.',
  },
  'bundle-not-found': {
    code: 'notFound',
    params: { path: 'text' },
    sentence: 'There is no file {path}.',
  },
  'bundle-too-new': {
    code: 'invalidRequest',
    sentence: 'The bundle was written by a newer version of Joey. Update Joey first.',
  },
  'bundle-truncated': {
    code: 'invalidRequest',
    sentence: 'The bundle ends too early. It was probably not copied to its end.',
  },
  'consent-for-another': {
    code: 'conflict',
    sentence: 'The file is not the one that was looked at. Look at it once more before you agree.',
  },
  'disk-changes': {
    code: 'conflict',
    sentence:
      'The disk changed so much while it was read that it made no sense. Make a snapshot and export that, or stop the sandbox first.',
    remedy: { kind: 'retry' },
  },
  'layer-not-plain': {
    code: 'unavailable',
    sentence: 'A layer of the sandbox uses marks of overlayfs that Joey does not export.',
  },
  'not-a-bundle': {
    code: 'invalidRequest',
    sentence: 'This is not a bundle of Joey.',
  },
  'not-a-public-key': {
    code: 'invalidRequest',
    sentence: 'That is not a public key as Joey and minisign write it.',
  },
  'output-exists': {
    code: 'conflict',
    params: { path: 'text', option: 'text?' },
    sentence:
      'There is a file {path} already. Choose another name, or {option, select, = {say that it may be replaced} other {replace it with {option}}}.',
  },
  'output-folder-missing': {
    code: 'notFound',
    params: { path: 'text', folder: 'text' },
    sentence: 'There is no folder {folder} to write to. Make it first, or choose another place.',
    remedy: { kind: 'runCommand', command: 'mkdir -p {folder}', why: 'Makes it.' },
  },
  'output-in-state': {
    code: 'refused',
    sentence: 'That place belongs to the state of Joey. Choose another one for the export.',
  },
  'output-no-room': {
    code: 'tooLarge',
    params: { wanted: 'number', free: 'number' },
    sentence: 'The export may need {wanted} MB, and {free} MB are free there. Make room, or choose another place.',
  },
  'output-replaced': {
    code: 'conflict',
    params: { path: 'text' },
    sentence:
      'Something else was put in the place of {path} while it was written, so what is there is not the export. Choose a folder that nobody else writes to.',
  },
  'passphrase-needed': {
    code: 'refused',
    sentence: 'The bundle is encrypted. Give its passphrase.',
  },
  'passphrase-wrong': {
    code: 'refused',
    sentence: 'That is not the passphrase of the bundle, or its beginning is damaged.',
  },
  'push-failed': {
    code: 'engine',
    params: { target: 'text' },
    sentence: 'The registry did not take the image as {target}. See the details; "skopeo login" tells it who you are.',
  },
  'push-without-name': {
    code: 'invalidRequest',
    sentence: 'Say where to push it: a name with its registry, as in "registry.example.org/team/web:1".',
  },
  'secret-not-found': {
    code: 'conflict',
    sentence: 'What is to be left out has changed since it was looked for. Look for secrets once more.',
  },
  'signer-not-agreed': {
    code: 'refused',
    params: { signature: 'sentence' },
    sentence: '{signature} Agree to that, or do not import it.',
  },
  'sparse-too-large': {
    code: 'tooLarge',
    params: { path: 'text', gigabytes: 'number' },
    sentence:
      'The file /{path} is sparse and claims {gigabytes} GB, which an image for other tools would have to hold as zeros. Remove it, or export a bundle of Joey.',
  },
  'bundle-too-large': {
    code: 'refused',
    params: { what: ['image', 'layer'] },
    sentence:
      'The bundle is refused: {what, select, image {its image unpacks to more than it says.} other {it unpacks to more than it says.}}',
  },
  'bundle-path-invalid': {
    code: 'refused',
    params: { what: ['socket', 'path'], path: 'text?' },
    sentence:
      'The bundle is refused: {what, select, socket {a socket in it leads elsewhere.} other {a path in it leads elsewhere: {path}.}}',
  },
  'bundle-too-many-entries': {
    code: 'refused',
    sentence: 'The bundle is refused: it holds more files than it says, or more than 2 million.',
  },
  'bundle-entry-unknown': {
    code: 'refused',
    params: { path: 'text' },
    sentence: 'The bundle is refused: an entry is of no known kind: {path}.',
  },
  'bundle-link-invalid': {
    code: 'refused',
    params: { what: ['link', 'hardLink'], path: 'text' },
    sentence:
      'The bundle is refused: {what, select, link {a link leads nowhere: {path}.} other {a hard link leads elsewhere: {path}.}}',
  },
  'bundle-path-too-deep': {
    code: 'refused',
    params: { path: 'text' },
    sentence: 'The bundle is refused: a path in it is too long or too deep: {path}.',
  },
  'bundle-entry-odd': {
    code: 'refused',
    params: { path: 'text' },
    sentence: 'The bundle is refused: a file in it has an owner or a size that cannot be: {path}.',
  },
  'bundle-sparse-invalid': {
    code: 'refused',
    params: { path: 'text' },
    sentence: 'The bundle is refused: the holes of a file make no sense: {path}.',
  },
  'bundle-attribute-reserved': {
    code: 'refused',
    params: { path: 'text' },
    sentence: 'The bundle is refused: an attribute in it is reserved for this machine: {path}.',
  },
  'bundle-disordered': {
    code: 'refused',
    params: { path: 'text' },
    sentence:
      'The bundle is refused: its files are not in their order, so one could be written through another: {path}.',
  },
  'bundle-has-problems': {
    code: 'refused',
    params: { problem: 'sentence' },
    sentence: '{problem}',
  },
  'secrets-found': {
    code: 'refused',
    params: { count: 'number', bound: ['exactly', 'moreThan'], title: 'sentence?', path: 'text?', line: 'number?' },
    sentence: `The export would carry {bound, select,
      moreThan {more than {count} things that look like secrets}
      other {{count, plural, one {# thing that looks like a secret} other {# things that look like secrets}}}
    }{title, select, = {} other { ({title} in {path}{line, select, = {} other {, line {line}}})}}. Leave them out, or say that they may leave.`,
  },
  'disk-overfull': {
    code: 'tooLarge',
    params: { doing: ['pack', 'convert'] },
    sentence: `{doing, select,
      pack {The disk claims to hold more than fits on it.}
      other {The disk of the sandbox claims to hold more than fits on it, so nothing of it was taken over. It was left as it is.}
    }`,
  },
  'output-not-replaceable': {
    code: 'refused',
    params: { path: 'text', kind: ['file', 'layout'] },
    sentence:
      '{path} is not {kind, select, file {a file} other {an image layout}} and is not replaced. Choose another name.',
  },
})
