import type { WebSocket } from 'ws'
import { defineHandlers } from './base/handlers.ts'
import { run } from './base/process/run.ts'
import { createBuildService } from './build/build-image.ts'
import { createRecipes } from './build/recipes/make-image.ts'
import { serveBuild } from './build/serve-build.ts'
import { createPipes } from './io/streams/pipes.ts'
import type { Services } from './wire-services.ts'

/** What makes images here: builds from a Dockerfile, and recipes of Joey's own. */
export function wireBuilds(services: Services) {
  const { folder, tasks } = services
  const deps = { ...services, run, pipes: createPipes(), imageFolder: folder.images }
  const builds = createBuildService(deps)
  const recipes = createRecipes({ ...deps, builds, runFolder: folder.run })
  const serve = (socket: WebSocket) => serveBuild(socket, { builds, tasks })
  return {
    serve,
    handlers: defineHandlers({
      listRecipes: async () => recipes.list(),
      makeImage: ({ task, ...request }, signal) =>
        tasks.run({ id: task, kind: 'image.make', subject: request.recipe, signal }, (cancel, onProgress) =>
          recipes.make({ ...request, signal: cancel, onProgress }),
        ),
    }),
  }
}
