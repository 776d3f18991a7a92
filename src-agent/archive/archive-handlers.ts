import type { Handlers } from '../api/bind-operation.ts'
import type { TimeGround } from '../time-ground.ts'
import { openArchivePlaces } from './archive-places.ts'
import { openSigning } from './bundle/signing.ts'
import { exportSource, scanSource } from './export-service.ts'
import { createImports } from './import-service.ts'

type Own = Pick<
  Handlers,
  'scanSecrets' | 'exportTree' | 'inspectBundle' | 'importBundle' | 'readSigningKey' | 'trustSigner'
>

/** Exports, bundles and imports. */
export function createArchiveHandlers(ground: TimeGround): Own {
  const places = openArchivePlaces(ground.context.folder.home)
  const signing = openSigning(places.signing)
  const own = { ground, places, signing }
  const imports = createImports(own)
  return {
    scanSecrets: (request, signal) => scanSource(own, request, signal),
    exportTree: (request) => exportSource(own, request),
    inspectBundle: (request, signal) => imports.inspect(request, signal),
    importBundle: (request) => imports.run(request),
    async readSigningKey() {
      return { ...(await signing.own()), trusted: [...(await signing.trusted())] }
    },
    trustSigner: async ({ publicKey, name, trusted }) => ({ key: await signing.trust(publicKey, name, trusted) }),
  }
}
