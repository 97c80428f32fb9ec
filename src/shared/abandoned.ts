/** Work that came to nothing through no fault of what it was done for, and nothing of it is kept: it is begun anew. */
export class Abandoned extends Error {
  override name = 'Abandoned'
}
