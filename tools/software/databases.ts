import { softwareImage } from './images.ts'
import { type Joey, logOf, requireText, stopInPeace } from './joey.ts'
import type { Scenario } from './scenario.ts'

const programs = '/usr/lib/postgresql/15/bin'
const pgScript = `[ -s $PGDATA/PG_VERSION ] || ${programs}/initdb -D $PGDATA || exit; exec ${programs}/postgres -D $PGDATA`

/** A cluster on a volume, a load on it, an end that was asked for, and the same volume in another sandbox. */
export const postgresql: Scenario = {
  name: 'PostgreSQL',
  async run(joey) {
    await startPostgres(joey)
    await joey('exec', 'pg', '--', 'createdb', 'bench')
    await joey('exec', 'pg', '--', `${programs}/pgbench`, '-i', '-q', 'bench')
    const printed = await joey('exec', 'pg', '--', `${programs}/pgbench`, '-c', '2', '-T', '5', 'bench')
    requireText(printed, /number of failed transactions: 0/, 'pgbench')
    await stopInPeace(joey, 'pg')
    requireText(await logOf(joey, 'pg'), /database system is shut down/, 'The log of PostgreSQL')
    await joey('rm', 'pg')
    await startPostgres(joey)
    const rows = await joey('exec', 'pg', '--', 'psql', 'bench', '-tc', 'select count(*) from pgbench_accounts')
    requireText(rows, /100000/, 'What the volume has kept')
    requireText(await logOf(joey, 'pg'), /database system was shut down at/, 'The second start')
  },
}

/** The volume is copied up from the image, and with it whose the folder is. */
async function startPostgres(joey: Joey): Promise<void> {
  const options = ['-v', 'pgdata:/var/lib/postgresql', '-e', 'PGDATA=/var/lib/postgresql/data', '-u', 'postgres']
  await joey.start('pg', [...options, '--stop-signal', 'INT'], softwareImage, 'sh', '-c', pgScript)
  await joey.until(/1/, 'exec', 'pg', '--', 'psql', '-tc', 'select 1')
}

/** Keys that outlive the sandbox on a volume, by the file that is written with each of them. */
export const redis: Scenario = {
  name: 'Redis',
  async run(joey) {
    const start = async (): Promise<void> => {
      const command = ['redis-server', '--dir', '/var/lib/redis', '--appendonly', 'yes']
      await joey.start('redis', ['-v', 'redisdata:/var/lib/redis', '-u', 'redis'], softwareImage, ...command)
      await joey.until(/PONG/, 'exec', 'redis', '--', 'redis-cli', 'ping')
    }
    await start()
    await joey('exec', 'redis', '--', 'redis-cli', 'set', 'kept', 'value')
    await joey('exec', 'redis', '--', 'redis-benchmark', '-q', '-n', '2000', '-c', '5', '-t', 'set,get')
    await stopInPeace(joey, 'redis')
    requireText(await logOf(joey, 'redis'), /ready to exit, bye bye/, 'The log of Redis')
    await joey('rm', 'redis')
    await start()
    requireText(await joey('exec', 'redis', '--', 'redis-cli', 'get', 'kept'), /value/, 'What the volume has kept')
  },
}
