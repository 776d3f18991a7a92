import { defineSentences } from '../reasons/define.ts'

/** What on a machine keeps sandboxes from the network, as `joey doctor` says it. */
export const networkFindingSentences = defineSentences({
  'filter-silent': { sentence: 'The packet filter does not answer' },
  'filter-silent-detail': {
    sentence: 'nft could not list the rules of this machine. Sandboxes start without a network only.',
  },
  'resolver-found': { params: { servers: 'text' }, sentence: 'Sandboxes ask the name server {servers}' },
  'resolver-missing': { sentence: 'Sandboxes cannot resolve names' },
  'resolver-missing-detail': {
    params: { servers: 'text?' },
    sentence:
      "{servers, select, = {This machine has no name server in /etc/resolv.conf.} other {This machine asks only {servers}, which sandboxes do not reach: they have no way to this machine's loopback, and no IPv6.}}",
  },
  'firewalld-active': { sentence: 'firewalld may keep sandboxes from the network' },
  'firewalld-active-detail': {
    sentence:
      'It rejects what is forwarded for interfaces in none of its zones. The isolation of sandboxes does not depend on it.',
  },
  'forward-dropped': {
    params: { by: ['docker', 'other'] },
    sentence: '{by, select, docker {Docker} other {Another firewall}} keeps sandboxes from the network',
  },
  'forward-dropped-detail': {
    sentence: 'Its rules drop what this machine forwards, unless a rule says otherwise.',
  },
})
