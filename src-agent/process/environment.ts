const systemFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

/**
 * What an engine gets to see of the agent's environment: where programs are (the folders for administrators too,
 * which a user's PATH often lacks), a home, and a language in which its messages can be parsed.
 */
export function minimalEnvironment(): NodeJS.ProcessEnv {
  const own = (process.env['PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/'))
  const path = [...new Set([...own, ...systemFolders])].join(':')
  return { PATH: path, LC_ALL: 'C.UTF-8', HOME: process.env['HOME'] ?? '/' }
}
