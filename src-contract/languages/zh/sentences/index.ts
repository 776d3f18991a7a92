import { adviceSentences } from './advice.ts'
import { bundleSentences } from './bundle.ts'
import { changePlanSentences } from './change-plan.ts'
import { classSentences } from './class.ts'
import { classOfferSentences } from './class-offer.ts'
import { classPlanSentences } from './class-plan.ts'
import { compareSentences } from './compare.ts'
import { engineFlawSentences } from './engine-flaws.ts'
import { exitSentences } from './exit.ts'
import { exportSentences } from './export.ts'
import { fileSentences } from './files.ts'
import { findingSentences } from './findings.ts'
import { imageSentences } from './images.ts'
import { interferenceSentences } from './interference.ts'
import { isolationCutSentences } from './isolation-cuts.ts'
import { isolationFactSentences, isolationSourceSentences, isolationValueSentences } from './isolation-facts.ts'
import { isolationEdgeSentences, isolationNodeSentences } from './isolation-graph.ts'
import { kernelSentences } from './kernel.ts'
import { layerSentences } from './layers.ts'
import { limitationSentences } from './limitations.ts'
import { mountSentences } from './mounts.ts'
import { networkFindingSentences } from './network-findings.ts'
import { noticeSentences } from './notices.ts'
import { probeHarmSentences } from './probe-harms.ts'
import { probeTitleSentences } from './probe-titles.ts'
import { reconciledSentences } from './reconciled.ts'
import { remedySentences } from './remedies.ts'
import { restoreSentences } from './restore.ts'
import { scoreSentences } from './score.ts'
import { secretSentences } from './secrets.ts'
import { selfTestSentences } from './self-test.ts'
import { usageSentences } from './usage.ts'

/** Every sentence of the agent that is no failure, in Chinese. */
export const sentences = {
  ...adviceSentences,
  ...bundleSentences,
  ...changePlanSentences,
  ...classOfferSentences,
  ...classPlanSentences,
  ...classSentences,
  ...compareSentences,
  ...engineFlawSentences,
  ...exitSentences,
  ...exportSentences,
  ...fileSentences,
  ...findingSentences,
  ...imageSentences,
  ...interferenceSentences,
  ...isolationCutSentences,
  ...isolationEdgeSentences,
  ...isolationFactSentences,
  ...isolationNodeSentences,
  ...isolationSourceSentences,
  ...isolationValueSentences,
  ...kernelSentences,
  ...layerSentences,
  ...limitationSentences,
  ...mountSentences,
  ...networkFindingSentences,
  ...noticeSentences,
  ...probeHarmSentences,
  ...probeTitleSentences,
  ...reconciledSentences,
  ...remedySentences,
  ...restoreSentences,
  ...scoreSentences,
  ...secretSentences,
  ...selfTestSentences,
  ...usageSentences,
}
