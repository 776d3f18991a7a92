import { randomUUID } from 'node:crypto'
import type { FoundPackage } from '../../files/compare/read-packages.ts'

/** CycloneDX 1.5 (https://cyclonedx.org/docs/1.5/json/): what is in it, and nothing that is not on record. */
export function toCycloneDx(
  packages: readonly FoundPackage[],
  about: { readonly name: string; readonly createdAt: string; readonly byVersion: string },
): object {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    serialNumber: `urn:uuid:${randomUUID()}`,
    version: 1,
    metadata: {
      timestamp: about.createdAt,
      tools: { components: [{ type: 'application', name: 'joey', version: about.byVersion }] },
      component: { type: 'container', name: about.name },
    },
    components: packages.map(({ manager, name, version, purl }) => ({
      type: 'library',
      name,
      version,
      'bom-ref': `${manager}:${name}@${version}`,
      ...(purl !== undefined && { purl }),
      properties: [{ name: 'joey:manager', value: manager }],
    })),
  }
}
