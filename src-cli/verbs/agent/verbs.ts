import type { VerbGroup } from '../../command/verb.ts'

export const agentVerbs: VerbGroup = {
  title: 'Agent and host',
  verbs: [
    {
      name: 'agent start',
      summary: 'Start the agent, and wait until it answers.',
      load: async () => (await import('./agent-start.ts')).agentStart,
    },
    {
      name: 'agent stop',
      summary: 'Stop the agent. Sandboxes run on, unless --sandboxes stop is given.',
      load: async () => (await import('./agent-stop.ts')).agentStop,
    },
    {
      name: 'agent status',
      summary: 'Show whether the agent runs, and where.',
      load: async () => (await import('./agent-status.ts')).agentStatus,
    },
    {
      name: 'agent install',
      summary: 'Install the agent where only root can change it, with a unit for systemd.',
      load: async () => (await import('./agent-install.ts')).agentInstall,
    },
    {
      name: 'settings',
      summary: 'Show or change the settings.',
      load: async () => (await import('./settings.ts')).settings,
    },
    {
      name: 'doctor',
      summary: 'Examine what this host offers and lacks.',
      load: async () => (await import('./doctor.ts')).doctor,
    },
    {
      name: 'system df',
      summary: 'Show what is kept on the disk, and what could go.',
      load: async () => (await import('./system-df.ts')).systemDf,
    },
    {
      name: 'records ls',
      summary: 'List records that could not be read and are set aside.',
      load: async () => (await import('./records.ts')).records,
    },
    {
      name: 'records drop',
      summary: 'Give up a record that is set aside, for good.',
      load: async () => (await import('./records.ts')).recordsDrop,
    },
    {
      name: 'version',
      summary: 'Print the versions of Joey and of the agent.',
      load: async () => (await import('./version.ts')).version,
    },
    {
      name: 'completion',
      summary: 'Print what completes command lines in a shell.',
      load: async () => (await import('./completion.ts')).completion,
    },
  ],
}
