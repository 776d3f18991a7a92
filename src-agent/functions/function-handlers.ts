import { defineHandlers } from '../base/handlers.ts'
import type { FunctionService } from './function-service.ts'

/** What is asked about functions. */
export function createFunctionHandlers(functions: FunctionService) {
  return defineHandlers({
    deployFunction: (request) => functions.deploy(request),
    listFunctions: async () => functions.list(),
    inspectFunction: async ({ name }) => functions.find(name),
    setTraffic: ({ name, traffic }) => functions.setTraffic(name, traffic),
    removeFunction: ({ name, force }) => functions.remove(name, force),
    listInvocations: async ({ name, last }) => [...functions.invocations(name, last)],
  })
}
