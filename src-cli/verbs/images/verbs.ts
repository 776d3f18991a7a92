import type { VerbGroup } from '../../command/verb.ts'

export const imageVerbs: VerbGroup = {
  title: 'Images',
  verbs: [
    {
      name: 'image ls',
      summary: 'List images.',
      load: async () => (await import('./image-ls.ts')).imageLs,
    },
    {
      name: 'image pull',
      summary: 'Fetch an image from a registry.',
      load: async () => (await import('./image-pull.ts')).imagePull,
    },
    {
      name: 'pull',
      summary: 'The same as image pull.',
      load: async () => (await import('./image-pull.ts')).imagePull,
    },
    {
      name: 'image push',
      summary: 'Give an image to its registry.',
      load: async () => (await import('./image-push.ts')).imagePush,
    },
    {
      name: 'push',
      summary: 'The same as image push.',
      load: async () => (await import('./image-push.ts')).imagePush,
    },
    {
      name: 'login',
      summary: 'Keep your name and password for a registry.',
      load: async () => (await import('./login.ts')).login,
    },
    {
      name: 'logout',
      summary: 'Forget them.',
      load: async () => (await import('./login.ts')).logout,
    },
    {
      name: 'image build',
      summary: 'Build an image from a Dockerfile.',
      load: async () => (await import('./build.ts')).build,
    },
    {
      name: 'build',
      summary: 'The same as image build.',
      load: async () => (await import('./build.ts')).build,
    },
    {
      name: 'image make',
      summary: 'Make an image without a registry: debian, node, python.',
      load: async () => (await import('./image-make.ts')).imageMake,
    },
    {
      name: 'image templates',
      summary: 'List what can be made without a registry.',
      load: async () => (await import('./image-make.ts')).imageTemplates,
    },
    {
      name: 'image import',
      summary: 'Import an image from an archive or a folder.',
      load: async () => (await import('./image-import.ts')).imageImport,
    },
    {
      name: 'image rm',
      summary: 'Remove images.',
      load: async () => (await import('./image-rm.ts')).imageRm,
    },
    {
      name: 'image inspect',
      summary: 'Show everything about images, as JSON.',
      load: async () => (await import('./image-upkeep.ts')).imageInspect,
    },
    {
      name: 'image history',
      summary: 'Show how an image came to be.',
      load: async () => (await import('./image-history.ts')).imageHistory,
    },
    {
      name: 'history',
      summary: 'The same as image history.',
      load: async () => (await import('./image-history.ts')).imageHistory,
    },
    {
      name: 'image tag',
      summary: 'Give an image one more name.',
      load: async () => (await import('./image-upkeep.ts')).imageTag,
    },
    {
      name: 'tag',
      summary: 'The same as image tag.',
      load: async () => (await import('./image-upkeep.ts')).imageTag,
    },
    {
      name: 'image untag',
      summary: 'Take names from images.',
      load: async () => (await import('./image-upkeep.ts')).imageUntag,
    },
    {
      name: 'untag',
      summary: 'The same as image untag.',
      load: async () => (await import('./image-upkeep.ts')).imageUntag,
    },
    {
      name: 'image save',
      summary: 'Write images to an archive.',
      load: async () => (await import('./save.ts')).imageSave,
    },
    {
      name: 'save',
      summary: 'The same as image save.',
      load: async () => (await import('./save.ts')).imageSave,
    },
    {
      name: 'image load',
      summary: 'Take every image of an archive.',
      load: async () => (await import('./load.ts')).imageLoad,
    },
    {
      name: 'load',
      summary: 'The same as image load.',
      load: async () => (await import('./load.ts')).imageLoad,
    },
    {
      name: 'image prune',
      summary: 'Remove images that nothing uses.',
      load: async () => (await import('./image-upkeep.ts')).imagePrune,
    },
    {
      name: 'images',
      summary: 'The same as image ls.',
      load: async () => (await import('./image-ls.ts')).imageLs,
    },
    {
      name: 'rmi',
      summary: 'The same as image rm.',
      load: async () => (await import('./image-rm.ts')).imageRm,
    },
  ],
}
