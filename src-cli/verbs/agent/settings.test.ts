import { expect, test } from 'vitest'
import { readChange } from './settings.ts'

test('values are read as what the setting is', () => {
  expect(
    readChange([
      'defaultClass=gvisor',
      'selfTestAfterChange=true',
      'selfTestEveryHours=never',
      'microvmKernel=/boot/own',
    ]),
  ).toEqual({
    defaultClass: 'gvisor',
    selfTestAfterChange: true,
    selfTestEveryHours: null,
    microvmKernel: '/boot/own',
  })
  expect(readChange(['microvmKernel=default'])).toEqual({ microvmKernel: null })
  expect(readChange(['defaultMemoryPercent=25', 'totalMemoryPercent=none'])).toEqual({
    defaultMemoryPercent: 25,
    totalMemoryPercent: null,
  })
  expect(readChange(['defaultDiskBytes=1.5g'])).toEqual({ defaultDiskBytes: 1.5 * 2 ** 30 })
  expect(readChange(['defaultDiskBytes=none'])).toEqual({ defaultDiskBytes: null })
  expect(readChange(['insecureRegistries=localhost:5000,reg.example.com', 'registryHosts=none'])).toEqual({
    insecureRegistries: ['localhost:5000', 'reg.example.com'],
    registryHosts: [],
  })
  expect(readChange(['imageAliases=web=reg.example.com/team/web:2', 'searchRegistry=default'])).toEqual({
    imageAliases: ['web=reg.example.com/team/web:2'],
    searchRegistry: null,
  })
})

test.each([
  ['defaultClass=vm', /container/],
  ['selfTestEveryHours=0', /^selfTestEveryHours=0: it is a whole number of hours from 1 to 720, or never\.$/],
  ['selfTestAfterChange=2', /^selfTestAfterChange=2: it is true or false\.$/],
  ['microvmKernel=vmlinux', /^microvmKernel=vmlinux: it is the whole path of a kernel, or default\.$/],
  ['microvmKernel=never', /the whole path/],
  ['defaultDiskBytes=1m', /^defaultDiskBytes=1m: it is at least 64m, as in 512m or 10g, or none\.$/],
  ['defaultDiskBytes=much', /at least 64m/],
  ['insecureRegistries=http://x', /hosts with commas between them/],
  ['imageAliases=web', /names and what they stand for/],
  ['imageAliases=web=Not Good', /names and what they stand for/],
  ['registryProxy=https://x', /http:\/\/HOST:PORT/],
  ['nothing=1', /write NAME=VALUE with one of defaultClass/],
  ['toString=1', /write NAME=VALUE/],
  ['defaultClass', /write NAME=VALUE/],
])('%s is refused', (word, reason) => {
  expect(() => readChange([word])).toThrow(reason)
})
