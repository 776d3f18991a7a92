import { expect, test } from 'vitest'
import { hostArchitecture } from '../storage/images/plan-images.ts'
import { firstHeredoc, imagesOf, requireInstructions } from './dockerfile.ts'

test('the images of stages and of copies are named once each, stages and scratch not', () => {
  const text = [
    'FROM golang:1.22 AS build',
    'FROM scratch AS files',
    'COPY --from=build /a /a',
    'COPY --chown=1:1 --from=nginx:1 /b /b',
    'RUN --mount=type=bind,from=tools:2,target=/t --mount=type=cache,target=/c make',
    'FROM Build',
    'COPY --from=0 /c /c',
    'FROM golang:1.22',
  ].join('\n')
  expect(imagesOf(text, {})).toEqual(['golang:1.22', 'nginx:1', 'tools:2'])
})

test.each([
  ['a value of the Dockerfile', 'ARG V=12\nFROM debian:$V', {}, 'debian:12'],
  ['the value that was given', 'ARG V=12\nFROM debian:${V}', { V: '13' }, 'debian:13'],
  ['what stands for an empty one', 'ARG V\nFROM debian:${V:-11}-slim', {}, 'debian:11-slim'],
  ['what stands for one that is set', 'ARG V=1\nFROM debian${V:+:9}', {}, 'debian:9'],
  ['two of one line, one of the other', 'ARG A=deb B=ian\nARG C="$A$B"\nFROM ${C}', {}, 'debian'],
])('a variable has %s', (_rule, text, args, image) => {
  expect(imagesOf(text, args)).toEqual([image])
})

test.each([
  ['lines that go on, with comments between', 'FROM \\\n# no\n\n  debian:12 \\\n  AS x', 'debian:12'],
  ['another character that lets them go on', '# escape=`\nFROM `\ndebian:12', 'debian:12'],
  ['a platform before the name', 'FROM --platform=linux/amd64 debian:12', 'debian:12'],
  ['lines that end as on Windows', 'FROM debian:12\r\nRUN true\r\n', 'debian:12'],
  ['a mark of the byte order', '\uFEFFFROM debian:12', 'debian:12'],
  ['text for a command that looks like an instruction', 'FROM debian:12\nRUN <<END\nFROM other\nEND', 'debian:12'],
])('%s are read as Docker reads them', (_rule, text, image) => {
  expect(imagesOf(text, {})).toEqual([image])
})

test('what a Dockerfile may ask of the platform has its value', () => {
  expect(imagesOf('FROM base-${TARGETARCH} AS x\nFROM ${BUILDOS}', {})).toEqual([`base-${hostArchitecture}`, 'linux'])
})

test('a Dockerfile without FROM, or with an empty one, says so', () => {
  expect(() => imagesOf('RUN true', {})).toThrow(/no FROM/)
  expect(() => imagesOf('ARG V\nFROM $V', {})).toThrow(/names no image/)
})

test('a word that is no instruction is named, and a text of further lines is none', () => {
  expect(() => requireInstructions('FROM debian:12\nRUNN x')).toThrow(/RUNN/)
  expect(() => requireInstructions('from debian:12\nrun <<END\nanything goes\nEND\nCmd x\n')).not.toThrow()
})

test.each([
  ['RUN <<EOF\ntrue\nEOF', 'RUN <<EOF'],
  ['RUN python3 <<-"END"\n\tprint(1)\n\tEND', 'RUN python3 <<-"END"'],
  ['COPY <<one <<two /etc/\na\none\nb\ntwo', 'COPY <<one <<two /etc/'],
  ['RUN cat <<<word', null],
  ['RUN echo $((1<<2))', null],
  ['CMD cat <<EOF', null],
])('of %j the instruction with a text is %j', (text, line) => {
  expect(firstHeredoc(`FROM debian:12\n${text}`)).toBe(line)
})
