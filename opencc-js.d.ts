/** The dictionaries that opencc-js has no types for: entries "from to", with | between them. */
declare module 'opencc-js/dict/*' {
  const entries: string
  export default entries
}
