/** A poll came to nothing through no fault of its feed, and nothing of it is kept: another one begins it anew. */
export class Abandoned extends Error {
  override name = 'Abandoned'
}
