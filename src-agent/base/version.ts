import packageFile from '../../package.json' with { type: 'json' }

/** Of Joey as a whole: agent, window and command line have one version. */
export const version: string = packageFile.version
