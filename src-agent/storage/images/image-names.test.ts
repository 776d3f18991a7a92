import { expect, test } from 'vitest'
import { nameFromAnnotations, nameFromArchive, withTag } from './image-names.ts'

test.each([
  ['a bare name is the latest', 'busybox', 'busybox:latest'],
  ['a tag is kept', 'team/web:1.2', 'team/web:1.2'],
  ['the port of a registry is no tag', 'registry:5000/web', 'registry:5000/web:latest'],
])('%s', (_rule, name, tagged) => {
  expect(withTag(name)).toBe(tagged)
})

test.each([
  ['docker’s hub goes unnamed', 'docker.io/library/busybox:1', 'busybox:1'],
  ['so does its longer name', 'index.docker.io/team/web:1', 'team/web:1'],
  ['another registry stays', 'localhost/web:1', 'localhost/web:1'],
  ['a path is no name', '../../etc/passwd', null],
  ['capitals are no name', 'Web:1', null],
  ['a digest is no name', `web@sha256:${'0'.repeat(64)}`, null],
  ['nothing is no name', '', null],
])('in an archive, %s', (_rule, found, name) => {
  expect(nameFromArchive(found)).toBe(name)
})

const reference = 'org.opencontainers.image.ref.name'
test.each([
  ['a whole name', { [reference]: 'team/web:1.2' }, 'team/web:1.2'],
  ['a bare name', { [reference]: 'web' }, 'web:latest'],
  ['a tag alone names nothing', { [reference]: '1.2' }, null],
  ['nor does latest', { [reference]: 'latest' }, null],
  ['nor a version', { [reference]: 'v2-alpine' }, null],
  [
    'containerd’s whole name comes first',
    { [reference]: '1', 'io.containerd.image.name': 'docker.io/library/a:1' },
    'a:1',
  ],
  ['no annotation', {}, null],
])('of the annotations: %s', (_rule, annotations: Record<string, string>, name) => {
  expect(nameFromAnnotations(annotations)).toBe(name)
})
