import type { LayerSource } from '../../storage/layers/tree-view.ts'
import type { TreeTools } from '../../storage/trees/layer-union.ts'

/** Nothing has attributes, and no program is started. */
export const plainTools: TreeTools = {
  attributes: { open: async (folders) => folders.map(() => ({ isOpaque: () => false, read: async () => [] })) },
  isFrozen: () => false,
}

export function foldersAt(...paths: readonly string[]): LayerSource[] {
  return paths.map((path) => ({ kind: 'folder', path }))
}
