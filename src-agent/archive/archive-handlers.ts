import { defineHandlers } from '../base/handlers.ts'
import { openArchivePlaces } from './archive-places.ts'
import { openSigning } from './bundle/signing.ts'
import { type CommitDeps, commitSource } from './commit-image.ts'
import { exportSource, scanSource } from './export-service.ts'
import { exportVolumeTo, type VolumeArchiveDeps } from './export-volume.ts'
import { createImports } from './import-service.ts'
import { importVolumeFrom } from './import-volume.ts'
import { type SaveDeps, saveToFile } from './save-images.ts'

/** What the places of archives and the signing of bundles are made beside. */
type Deps = Omit<SaveDeps & CommitDeps, 'places' | 'signing'> & Pick<VolumeArchiveDeps, 'volumes'>

/** Exports, bundles and imports. */
export function createArchiveHandlers(deps: Deps) {
  const places = openArchivePlaces(deps.folder.home)
  const signing = openSigning(places.signing)
  const own = { ...deps, places, signing }
  const imports = createImports(own)
  return defineHandlers({
    scanSecrets: (request, signal) => scanSource(own, request, signal),
    exportTree: (request) => exportSource(own, request),
    commitTree: (request) => commitSource(own, request),
    saveImages: (request, signal) => saveToFile(own, request, signal),
    exportVolume: (request, signal) => exportVolumeTo(own, request, signal),
    importVolume: (request, signal) => importVolumeFrom(own, request, signal),
    inspectBundle: (request, signal) => imports.inspect(request, signal),
    importBundle: (request) => imports.run(request),
    async readSigningKey() {
      return { ...(await signing.own()), trusted: [...(await signing.trusted())] }
    },
    trustSigner: async ({ publicKey, name, trusted }) => ({ key: await signing.trust(publicKey, name, trusted) }),
  })
}
