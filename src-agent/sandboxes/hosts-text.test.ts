import { expect, test } from 'vitest'
import { renderHosts } from './hosts-text.ts'

const first = '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n'
const web = { name: 'web', hostname: 'web', address: '10.0.0.2' }
const database = { name: 'db', hostname: 'postgres', address: '10.0.0.3' }

test('the others stand below oneself, with the hostname where it is another', () => {
  expect(renderHosts(web, [database])).toBe(`${first}10.0.0.2\tweb\n10.0.0.3\tdb postgres\n`)
  expect(renderHosts(database, [web])).toBe(`${first}10.0.0.3\tpostgres db\n10.0.0.2\tweb\n`)
})

test('without a network there is still the own name', () => {
  expect(renderHosts({ ...web, address: null }, [])).toBe(`${first}127.0.1.1\tweb\n`)
})

test('a hostname that is the name of another, or of many, does not lead astray', () => {
  const thief = { name: 'thief', hostname: 'web', address: '10.0.0.9' }
  const impostor = { name: 'impostor', hostname: 'localhost', address: '10.0.0.8' }
  const second = { name: 'second', hostname: 'postgres', address: '10.0.0.7' }
  expect(renderHosts({ ...web, name: 'me', hostname: 'me' }, [thief, web, impostor, database, second])).toBe(
    `${first}10.0.0.2\tme\n10.0.0.9\tthief\n10.0.0.2\tweb\n10.0.0.8\timpostor\n10.0.0.3\tdb postgres\n10.0.0.7\tsecond\n`,
  )
})

test('nobody is the loopback of others by being called so', () => {
  const local = { name: 'localhost', hostname: 'localhost', address: '10.0.0.9' }
  expect(renderHosts(web, [local, database])).toBe(renderHosts(web, [database]))
})

test('a hostname with dots is known by its first part too, and capitals do not lead astray', () => {
  const dotted = { name: 'shop', hostname: 'Shop.Example.org', address: '10.0.0.5' }
  const thief = { name: 'thief', hostname: 'WEB', address: '10.0.0.9' }
  const second = { name: 'second', hostname: 'db.example.org', address: '10.0.0.8' }
  expect(renderHosts(dotted, [thief, web, database, second])).toBe(
    `${first}10.0.0.5\tShop.Example.org Shop shop\n10.0.0.9\tthief\n10.0.0.2\tweb\n10.0.0.3\tdb postgres\n10.0.0.8\tsecond db.example.org\n`,
  )
})

test('names stand in capitals as they are and in small letters, and a hostname takes none away, whatever its case', () => {
  const capital = { name: 'Shop_Web.1', hostname: 'shop-web-1', address: '10.0.0.5' }
  const plain = { name: 'Mail', hostname: 'mail', address: '10.0.0.6' }
  const thief = { name: 'thief', hostname: 'mail', address: '10.0.0.9' }
  expect(renderHosts(web, [thief, capital, plain])).toBe(
    `${first}10.0.0.2\tweb\n10.0.0.9\tthief\n10.0.0.5\tShop_Web.1 shop_web.1 shop-web-1\n10.0.0.6\tMail mail\n`,
  )
})

test('further hosts come before the others on the network, and addresses of IPv6 without their brackets', () => {
  expect(renderHosts(web, [database], ['db:192.0.2.7', 'six:[2001:db8::7]', 'bare:2001:db8::8'])).toBe(
    `${first}10.0.0.2\tweb\n192.0.2.7\tdb\n2001:db8::7\tsix\n2001:db8::8\tbare\n10.0.0.3\tdb postgres\n`,
  )
})

test('further names are found like hostnames, and neither one’s own nor those of others are taken by them', () => {
  const alias = { name: 'pg', hostname: 'pg', aliases: ['DB', 'data.local', 'web', 'me'], address: '10.0.0.4' }
  const me = { name: 'me', hostname: 'me', aliases: ['self'], address: '10.0.0.9' }
  expect(renderHosts(me, [alias, web, { ...database, aliases: ['self', 'data.local', 'late'] }])).toBe(
    `${first}10.0.0.9\tme self\n10.0.0.4\tpg data.local\n10.0.0.2\tweb\n10.0.0.3\tdb late postgres\n`,
  )
})
