import { expect, test } from 'vitest'
import { appError } from '#contract/app-error'
import { explainFetch } from './fetch-failures.ts'

const facts = { refused: [], unreachable: [{ host: 'x.invalid', code: 'ENOTFOUND' }], exceeded: false, broken: false }
const failed = appError('tool-timeout', { program: 'skopeo', seconds: 1 } as never)
const said = (here: (() => readonly string[]) | null) =>
  explainFetch(failed, facts as never, { registry: 'x.invalid', whole: 'x.invalid', name: 'x.invalid', here }).error
    .message

test('whoever logs in is not told of images', () => {
  expect(said(null)).toBe('Nobody knows the host x.invalid. The name is wrong, or there is no network.')
})

test('whoever wants an image is told which are here', () => {
  expect(said(() => ['busybox:latest'])).toMatch(/no network\. These images are here: busybox:latest\.$/)
  expect(said(() => [])).toMatch(/No images are here yet\.$/)
})
