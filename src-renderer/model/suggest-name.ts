const first =
  'amber brisk calm clever cosy dusty eager fern gentle hazel keen lively mellow misty nimble olive quiet rusty sandy sunny swift tidy warm wild'.split(
    ' ',
  )
const second =
  'banksia bilby coral dingo dune emu finch gecko gumtree heron ibis koala kite lyrebird numbat opal pouch quokka reef river swag wallaby wattle wombat'.split(
    ' ',
  )

/** Two words that no sandbox has yet. `random` gives 0 up to 1. */
export function suggestName(taken: ReadonlySet<string>, random: () => number = Math.random): string {
  for (let attempt = 0; attempt < 40; attempt++) {
    const name = `${pick(first, random)}-${pick(second, random)}`
    if (!taken.has(name)) return name
  }
  let number = 2
  const name = `${pick(first, random)}-${pick(second, random)}`
  while (taken.has(`${name}-${number}`)) number++
  return `${name}-${number}`
}

function pick(words: readonly string[], random: () => number): string {
  return words[Math.floor(random() * words.length)] ?? 'sandbox'
}
