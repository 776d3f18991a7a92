import { defineReasons } from './define.ts'

/** Why an image was not fetched from a registry. */
export const registryReasons = defineReasons({
  'image-reference-invalid': {
    code: 'invalidRequest',
    params: { ref: 'text', fault: ['form', 'upperCase', 'tag', 'digest', 'digestKind', 'registry', 'long', 'id'] },
    sentence: `{fault, select,
      upperCase {"{ref}" is no name of an image: apart from the tag, it is lower case.}
      tag {"{ref}" is no name of an image: a tag has letters, digits, ".", "_" and "-", and at most 128 of them.}
      digest {"{ref}" is no name of an image: after "@sha256:" come 64 hexadecimal digits.}
      digestKind {"{ref}" is no name of an image: after "@" comes a digest as in sha256:1a2b….}
      registry {"{ref}" is no name of an image: what stands before the first "/" is not a host.}
      long {"{ref}" is no name of an image: it is longer than 255 characters.}
      id {"{ref}" is an id and no name: an id cannot be pulled.}
      other {"{ref}" is no name of an image. Names are like debian, team/web:1.2 or localhost:5000/web.}
    }`,
  },
  'image-pull-built-in': {
    code: 'conflict',
    params: { name: 'text' },
    sentence: '{name} is the built-in image of Joey, which nothing replaces. Pull another tag of it.',
  },
  'image-no-platform': {
    code: 'invalidRequest',
    params: { platforms: 'text', host: 'text' },
    sentence: 'The image is not made for this machine, which is linux/{host}. It is made for: {platforms}.',
  },
  'registry-unreachable': {
    code: 'unavailable',
    params: {
      registry: 'text',
      why: ['network', 'name', 'proxy', 'host'],
      code: 'text',
      here: 'text',
      purpose: ['image', 'login'],
    },
    sentence: `{why, select,
      network {There is no network to {registry} ({code}).}
      name {Nobody knows the host {registry}. The name is wrong, or there is no network.}
      proxy {The proxy that is set does not lead to {registry}.}
      other {The registry {registry} cannot be reached ({code}).}
    }{purpose, select, login {} other { {here, select, = {No images are here yet.} other {These images are here: {here}.}}}}`,
    remedy: { kind: 'retry' },
  },
  'registry-connection-lost': {
    code: 'unavailable',
    params: { registry: 'text' },
    sentence:
      'The connection to {registry} broke off again and again. The layers that came whole are kept for a day: the next pull goes on with them.',
    remedy: { kind: 'retry' },
  },
  'registry-busy': {
    code: 'unavailable',
    params: { registry: 'text' },
    sentence:
      'The registry {registry} says that too much was asked of it. Try again later, or log in: it may then allow more.',
    remedy: { kind: 'retry' },
  },
  'registry-host-refused': {
    code: 'refused',
    params: { registry: 'text', host: 'text', name: 'text' },
    sentence:
      'The registry {registry} wants it to be fetched from another host: {host}. Nothing was fetched. If you trust that host, allow it.',
    remedy: {
      kind: 'runCommand',
      command: 'joey pull --allow-host {host} {name}',
      why: 'Allows that host this once. The setting registryHosts allows it always.',
    },
  },
  'registry-plain-refused': {
    code: 'refused',
    params: { registry: 'text', host: 'text' },
    sentence:
      'The registry {registry} wants it to be fetched without encryption: {host}. Only a registry in the setting insecureRegistries may be spoken to so.',
  },
  'registry-plain': {
    code: 'refused',
    params: { registry: 'text' },
    sentence:
      'The registry {registry} does not encrypt. If you trust the way to it, put it into the setting insecureRegistries.',
    remedy: {
      kind: 'runCommand',
      command: 'joey settings insecureRegistries={registry}',
      why: 'Replaces the list of registries that need no encryption.',
    },
  },
  'registry-certificate': {
    code: 'refused',
    params: { registry: 'text' },
    sentence:
      'The certificate of {registry} is not by an authority that this machine trusts. Name the file of its authority in the setting registryCertificates.',
    remedy: {
      kind: 'runCommand',
      command: 'joey settings registryCertificates=/path/to/ca.crt',
      why: 'Trusts the authorities in that file, beside those of this machine.',
    },
  },
  'registry-login': {
    code: 'refused',
    params: { registry: 'text', whole: 'text' },
    sentence: 'The registry {registry} does not give {whole} to you: it is not there, or you have to log in.',
    remedy: { kind: 'runCommand', command: 'joey login {registry}', why: 'Asks for your name and password there.' },
  },
  'registry-push-refused': {
    code: 'refused',
    params: { registry: 'text', whole: 'text' },
    sentence: 'The registry {registry} does not take {whole} from you: you have to log in, or may not write there.',
    remedy: { kind: 'runCommand', command: 'joey login {registry}', why: 'Asks for your name and password there.' },
  },
  'image-push-not-kept': {
    code: 'conflict',
    params: { ref: 'text' },
    sentence:
      'Only what was pulled, built, loaded or committed can be pushed: of {ref} there is not what a registry has.',
  },
  'registry-login-refused': {
    code: 'refused',
    params: { registry: 'text' },
    sentence: 'The registry {registry} does not take this name with this password. Nothing was kept.',
  },
  'registry-login-none': {
    code: 'notFound',
    params: { registry: 'text' },
    sentence: 'No name and password are kept for {registry}.',
  },
  'registry-image-missing': {
    code: 'notFound',
    params: { whole: 'text' },
    sentence: 'The registry has no image {whole}.',
  },
  'registry-manifest-too-old': {
    code: 'invalidRequest',
    params: { registry: 'text' },
    sentence:
      'The registry {registry} has this image only in a form of before 2017, which says too little to be checked. It has to be pushed anew.',
  },
  'registry-manifest-unreadable': {
    code: 'invalidRequest',
    params: { registry: 'text' },
    sentence:
      'What the registry {registry} says of this image cannot be understood. It may be no image of a container.',
  },
  'registry-answer-too-large': {
    code: 'tooLarge',
    params: { registry: 'text' },
    sentence:
      'The registry {registry} sends more than the image can have. The fetch was stopped, and nothing of it is kept.',
  },
  'registry-wrong-content': {
    code: 'refused',
    params: { registry: 'text' },
    sentence:
      'What the registry {registry} sent is not what its digest says. It was refused, and nothing of it is kept.',
  },
  'registry-failed': {
    code: 'engine',
    params: { registry: 'text' },
    sentence: 'The image could not be fetched from {registry}. The details say what the registry answered.',
  },
})
