import { createFunctionHandlers } from './functions/function-handlers.ts'
import { createFunctionService } from './functions/function-service.ts'
import { createPipes } from './io/streams/pipes.ts'
import type { Services } from './wire-services.ts'

/** What is there while it is called. */
export function wireFunctions(services: Services) {
  const { log } = services
  const functions = createFunctionService({
    ...services,
    pipes: createPipes(),
    onError: (err) => log.error({ err }, 'an instance of a function could not be stopped, or the gateway failed'),
  })
  return {
    ...functions,
    /** Without the gateway the agent serves all the same. */
    resume: () => functions.resume().catch((err: unknown) => log.error({ err }, 'functions could not be taken up')),
    handlers: createFunctionHandlers(functions),
  }
}

export type Functions = ReturnType<typeof wireFunctions>
