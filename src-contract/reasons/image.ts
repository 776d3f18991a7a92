import { defineReasons } from './define.ts'

export const imageReasons = defineReasons({
  'confinement-unavailable': {
    code: 'unavailable',
    params: { what: ['image', 'rpm'] },
    sentence:
      'Bubblewrap cannot confine a program on this machine, and {what, select, image {images} other {records of rpm}} are not read without it.',
    remedy: { kind: 'runCommand', command: 'joey doctor', why: 'Shows what is missing on this machine.' },
  },
  'image-ambiguous': {
    code: 'invalidRequest',
    params: { ref: 'text', digests: 'text' },
    sentence: 'More than one image begins with {ref}: {digests}.',
    remedy: { kind: 'runCommand', command: 'joey image ls', why: 'Shows all images.' },
  },
  'image-built-in': {
    code: 'refused',
    sentence: 'The built-in image is part of Joey and cannot be removed.',
  },
  'image-name-of-built-in': {
    code: 'conflict',
    params: { name: 'text' },
    sentence:
      'The name {name} is that of the built-in image, which nothing else can have. Import it under another: joey image import --name NAME:TAG PATH',
  },
  'image-untag-what': {
    code: 'invalidRequest',
    params: { image: 'text' },
    sentence: '"{image}" is no name of an image. Say which name it shall lose.',
    remedy: { kind: 'runCommand', command: 'joey image ls', why: 'Shows the names.' },
  },
  'image-larger-than-disk': {
    code: 'tooLarge',
    params: { megabytes: 'number' },
    sentence:
      'Unpacked, the image needs more disk space than there is: {megabytes} MB are free for it. A part of the disk is never filled by imports.',
    remedy: {
      kind: 'runCommand',
      command: 'joey snapshot prune',
      why: 'Removes what the rules of keeping no longer keep.',
    },
  },
  'image-more-files-than-disk': {
    code: 'tooLarge',
    params: { needed: 'number', free: 'number' },
    sentence: 'The image has {needed} files, and the disk of the state folder has room for {free} more.',
  },
  'image-name-invalid': {
    code: 'invalidRequest',
    sentence: 'An image name is lower case, as in team/web:1.2.',
  },
  'path-not-found': {
    code: 'notFound',
    params: { path: 'text' },
    sentence: 'There is nothing at {path}.',
  },
  'path-unreadable': {
    code: 'refused',
    params: { path: 'text', code: 'text' },
    sentence: '{path} cannot be read: {code}.',
    remedy: { kind: 'runCommand', command: 'namei -l {path}', why: 'Shows owner and mode of each folder on the way.' },
  },
  'image-not-found': {
    code: 'notFound',
    params: { ref: 'text', names: 'text' },
    sentence: 'There is no image {ref}. {names, select, = {There are no images yet.} other {There are: {names}.}}',
    remedy: { kind: 'runCommand', command: 'joey pull {ref}', why: 'Fetches it from its registry.' },
  },
  'image-in-use': {
    code: 'conflict',
    params: { ref: 'text', sandboxes: 'text', count: 'number' },
    sentence: 'The image {ref} is used by {sandboxes}. Remove {count, plural, one {it} other {them}} first.',
    remedy: { kind: 'runCommand', command: 'joey ls -a', why: 'Shows which sandbox has which image.' },
  },
  'archive-truncated': {
    code: 'invalidRequest',
    sentence: 'The archive ends too early. It was probably not copied to its end.',
  },
  'archive-damaged': {
    code: 'invalidRequest',
    sentence: 'The archive is damaged and cannot be read.',
  },
  'not-an-archive': {
    code: 'invalidRequest',
    sentence: 'This is not an image archive: neither a tar file nor a compressed one.',
  },
  'not-an-image': {
    code: 'invalidRequest',
    sentence: 'There is no image in it: neither a docker manifest.json nor an OCI index.json.',
  },
  'archive-incomplete': {
    code: 'invalidRequest',
    params: { path: 'text' },
    sentence: 'The archive lacks {path}, which its image needs.',
  },
  'digest-mismatch': {
    code: 'invalidRequest',
    params: { path: 'text' },
    sentence: 'The content of {path} is not what its digest says.',
  },
  'layer-entry-unknown': {
    code: 'invalidRequest',
    params: { path: 'text' },
    sentence: 'A layer holds an entry of a kind that is not supported: {path}.',
  },
  'layer-attribute-reserved': {
    code: 'refused',
    params: { path: 'text' },
    sentence: 'A layer sets an attribute that is reserved for the host: {path}.',
  },
  'layer-name-invalid': {
    code: 'refused',
    sentence: 'A layer holds a name with a NUL in it.',
  },
  'layer-name-too-long': {
    code: 'invalidRequest',
    params: { path: 'text' },
    sentence: 'A layer holds a name that is too long or too deep: {path}.',
  },
  'layer-link-invalid': {
    code: 'refused',
    params: { path: 'text' },
    sentence: 'A layer holds a link whose target is invalid: {path}.',
  },
  'layer-path-outside': {
    code: 'refused',
    params: { what: ['parents', 'whiteout'], path: 'text' },
    sentence:
      'The image is refused: an entry of a layer {what, select, parents {has a path with .. in it} other {removes what is not in it}}: {path}.',
  },
  'layer-link-outside': {
    code: 'refused',
    params: { path: 'text' },
    sentence: 'The image is refused: an entry of a layer is a hard link to no file: {path}.',
  },
  'layer-path-behind-link': {
    code: 'refused',
    params: { path: 'text' },
    sentence: 'The image is refused: an entry of a layer lies behind a link that leads nowhere: {path}.',
  },
  'image-too-many-entries': {
    code: 'invalidRequest',
    params: { what: ['entries', 'links', 'files'], limit: 'number' },
    sentence:
      '{what, select, files {The image has more than {limit} files.} entries {A layer of the image has too many entries: more than {limit}.} other {A layer of the image has too many links: more than {limit}.}}',
  },
  'image-index-too-deep': {
    code: 'invalidRequest',
    sentence: 'The image is a list of lists of lists, too deep to follow.',
  },
  'image-inconsistent': {
    code: 'invalidRequest',
    sentence: 'The image states another number of layers than it has.',
  },
  'layer-unreadable': {
    code: 'invalidRequest',
    params: { path: 'text' },
    sentence: 'A layer of the image is not a tar file: {path}.',
  },
  'layer-compression-unsupported': {
    code: 'invalidRequest',
    params: { compression: 'text' },
    sentence: 'The layers of the image are compressed with {compression}, which is not supported. Export it with gzip.',
  },
  'image-wrong-platform': {
    code: 'invalidRequest',
    params: { os: 'text', architecture: 'text', host: 'text' },
    sentence: 'The image is made for {os}/{architecture}, this machine is linux/{host}.',
  },
  'image-description-invalid': {
    code: 'invalidRequest',
    params: { path: 'text', problem: 'sentence' },
    sentence: 'The description of the image in {path} cannot be understood: {problem}.',
  },
  'image-name-for-many': {
    code: 'invalidRequest',
    params: { count: 'number' },
    sentence: 'There are {count} images in it. A name can be given only where there is one.',
  },
  'archive-entry-unknown': {
    code: 'invalidRequest',
    params: { path: 'text' },
    sentence: 'The archive holds an entry that no image has: {path}.',
  },
  'archive-path-outside': {
    code: 'refused',
    params: { path: 'text' },
    sentence: 'The archive is refused: it holds a path to the outside: {path}.',
  },
  'archive-link-outside': {
    code: 'refused',
    params: { path: 'text' },
    sentence: 'The archive is refused: it holds a link to the outside: {path}.',
  },
  'archive-too-many-entries': {
    code: 'invalidRequest',
    sentence: 'The archive holds more files than an image has.',
  },
})
