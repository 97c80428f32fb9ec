type Ending = () => unknown

const ofFile: Ending[] = []
const ofTest: Ending[] = []
let inTest = false

/**
 * Undoes something when what opened it is over: the test, where a test or its `beforeEach` opened it, or the whole file,
 * where a `beforeAll` did. The last opened goes first. Tests of one file run one after the other.
 */
export function atEnd(ending: Ending): void {
  const endings = inTest ? ofTest : ofFile
  endings.push(ending)
}

export function beginTest(): void {
  inTest = true
}

export async function endTest(): Promise<void> {
  await end(ofTest)
  inTest = false
}

export const endFile = (): Promise<void> => end(ofFile)

async function end(endings: Ending[]): Promise<void> {
  for (let ending = endings.pop(); ending; ending = endings.pop()) await ending()
}
