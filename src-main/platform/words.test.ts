import { afterEach, expect, test } from 'vitest'
import { speakAs, word } from './words.ts'

afterEach(() => speakAs('en'))

test.each([
  ['en', 'All files'],
  ['zh-CN', '所有文件'],
  ['en-XA', 'All files'],
  ['constructor', 'All files'],
])('a page in %s has dialogs that say %s', (tag, text) => {
  speakAs(tag)
  expect(word('allFiles')).toBe(text)
})
