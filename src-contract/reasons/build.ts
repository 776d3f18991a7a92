import { defineReasons } from './define.ts'

export const buildReasons = defineReasons({
  'dockerfile-without-from': {
    code: 'invalidRequest',
    sentence:
      'The Dockerfile has no FROM: it says nothing of what the image begins with. Begin it with one, as in FROM debian.',
  },
  'dockerfile-from-empty': {
    code: 'invalidRequest',
    params: { line: 'text' },
    sentence: 'This names no image once its variables have their values: {line}. Give them with --build-arg.',
  },
  'dockerfile-no-instruction': {
    code: 'invalidRequest',
    params: { word: 'text' },
    sentence:
      'The Dockerfile has a line that begins with {word}, which is no instruction. Those begin with FROM, RUN, COPY and the like.',
  },
  'dockerfile-heredoc': {
    code: 'invalidRequest',
    params: { line: 'text', version: 'text' },
    sentence:
      'This instruction takes the lines that follow it as its text, which buildah {version} of this machine cannot: {line}. Write them as one command with \\ at the end of each line, or into a file that is copied.',
  },
  'dockerfile-missing': {
    code: 'notFound',
    params: { path: 'text' },
    sentence: 'There is no Dockerfile in {path}. Name the one that you mean with --file.',
  },
  'build-context-no-folder': {
    code: 'invalidRequest',
    params: { path: 'text' },
    sentence: '{path} is no folder. A build is given the folder that its files are copied from, as in joey build .',
  },
  'build-file-changed': {
    code: 'conflict',
    params: { path: 'text' },
    sentence: '{path} was changed while it was read. Build again once it is left alone.',
  },
  'build-step-failed': {
    code: 'refused',
    params: { step: 'text', code: 'number' },
    sentence: 'The step "{step}" failed: its command ended with {code}. What it printed stands above.',
  },
  'build-failed': {
    code: 'refused',
    params: { step: 'text', why: 'text', code: 'number' },
    sentence:
      '{step, select, = {The build failed} other {The build failed at "{step}"}}: {why, select, = {buildah ended with {code}} other {{why}}}.',
  },
  'build-not-in-class': {
    code: 'refused',
    params: { class: ['container', 'gvisor', 'microvm'] },
    sentence:
      '{class, select, gvisor {gVisor} microvm {A micro-VM} other {A container}} of this machine cannot have mounts made in it, which a build needs. Choose another: joey build --class {class, select, microvm {container} other {microvm}}',
  },
  'mirror-unreachable': {
    code: 'unavailable',
    params: { mirror: 'text', code: 'text', here: 'text' },
    sentence:
      'The packages of Debian cannot be fetched from {mirror} ({code}): there is no network, or no such host. {here, select, = {No images are here yet.} other {These images are here: {here}.}}',
    remedy: { kind: 'retry' },
  },
  'mirror-leads-away': {
    code: 'refused',
    params: { mirror: 'text', host: 'text' },
    sentence: '{mirror} leads to {host}, to which nothing was sent. Name the other mirror yourself with --mirror.',
  },
  'mirror-unknown': {
    code: 'invalidRequest',
    sentence: 'This machine names no mirror of Debian. Name one with --mirror.',
  },
  'debian-not-fetched': {
    code: 'unavailable',
    params: { mirror: 'text', suite: 'text' },
    sentence: 'debootstrap could not fetch the release {suite} of Debian from {mirror}. Its words are in the details.',
  },
  'builder-failed': {
    code: 'internal',
    params: { program: 'text', code: 'number' },
    sentence: 'In the sandbox of the build {program} ended with {code}. What it said is in the details.',
  },
})
