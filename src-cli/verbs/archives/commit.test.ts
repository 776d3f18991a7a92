import { expect, test } from 'vitest'
import { readInstructions } from './commit.ts'

test.each([
  [['CMD ["httpd", "-f"]'], { command: ['httpd', '-f'] }],
  [['CMD=sleep 5'], { command: ['/bin/sh', '-c', 'sleep 5'] }],
  [['entrypoint ["/init"]'], { entrypoint: ['/init'] }],
  [['ENV A=1', 'ENV=B=2 3', 'ENV C four'], { env: { A: '1', B: '2 3', C: 'four' } }],
  [['LABEL team=a', 'LABEL x=y'], { labels: { team: 'a', x: 'y' } }],
  [['WORKDIR /srv', 'USER 7:8'], { cwd: '/srv', user: '7:8' }],
])('%j are %j', (texts, config) => expect(readInstructions(texts)).toEqual(config))

test('ports and places add up, as words and as a list', () => {
  expect(readInstructions(['EXPOSE 80 53/udp', 'EXPOSE 443/TCP', 'VOLUME /a /b', 'VOLUME ["/c d"]'])).toEqual({
    exposedPorts: ['80/tcp', '53/udp', '443/tcp'],
    volumes: ['/a', '/b', '/c d'],
  })
})

test.each(['EXPOSE 0', 'EXPOSE 80/sctp', 'VOLUME data', 'STOPSIGNAL 9', 'CMD', 'toString x', ''])(
  '%j is refused',
  (text) => {
    expect(() => readInstructions([text])).toThrow(/as in a Dockerfile/)
  },
)
