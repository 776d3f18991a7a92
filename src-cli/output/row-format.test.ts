import { expect, test } from 'vitest'
import { recordOutput } from '../testing/record-output.ts'
import { printFormatted } from './row-format.ts'

const rows = [
  { name: 'web', labels: { team: 'a' }, limits: { cpus: 1 }, note: null },
  { name: 'database', labels: {}, limits: { cpus: 0.5 }, note: 'two\nlines\u001b[31m' },
]
const fields = { Name: ({ name }: (typeof rows)[number]) => name, CreatedAt: () => 'today' }
function print(format: string): string {
  const stdout = recordOutput()
  printFormatted({ stdout }, format, rows, fields)
  return stdout.text()
}

test.each([
  ['{{.Name}}', 'web\ndatabase\n'],
  ['{{ .Name }}: {{.limits.cpus}}', 'web: 1\ndatabase: 0.5\n'],
  ['{{json .labels}}', '{"team":"a"}\n{}\n'],
  ['{{.labels.team}}|', 'a|\n|\n'],
  ['{{.name}}\\t{{.CreatedAt}}', 'web\ttoday\ndatabase\ttoday\n'],
  ['{{.constructor}}{{.labels.toString}}-', '-\n-\n'],
  ['table {{.Name}}\\t{{.limits.cpus}}', 'NAME       CPUS\nweb        1\ndatabase   0.5\n'],
  ['table {{.CreatedAt}}', 'CREATED AT\ntoday\ntoday\n'],
  ['{{.note}}', '\ntwo lines\\e[31m\n'],
])('%s is %j', (format, text) => expect(print(format)).toBe(text))

test('json alone is an object a line', () => {
  expect(
    print('json')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual(rows)
})

test.each([
  ['{{.Nmae}}', /There is no field "Nmae".*Name, CreatedAt/],
  ['{{if .Name}}x{{end}}', /not a template/],
  ['{{range}}', /not a template/],
])('%s is refused', (format, problem) => expect(() => print(format)).toThrow(problem))
