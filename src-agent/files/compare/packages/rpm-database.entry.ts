import { readFileSync, writeFileSync } from 'node:fs'
import { readRpmRows } from './rpm-rows.ts'

/**
 * A program of its own, confined by the agent: a guest's database of rpm comes by standard input, the packages in it go to
 * standard output as JSON, `null` where it is no such database. The first argument is how many bytes of the input are the
 * database; the rest is its write-ahead log.
 */
const path = '/tmp/rpmdb.sqlite'
const input = readFileSync(0)
const databaseBytes = Number(process.argv[2])
writeFileSync(path, input.subarray(0, databaseBytes))
if (input.length > databaseBytes) writeFileSync(`${path}-wal`, input.subarray(databaseBytes))
writeFileSync(1, JSON.stringify(readRpmRows(path, input.length)))
