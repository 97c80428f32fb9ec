/** The types of robots-parser are those of an ES module, which it is not. */
declare module 'robots-parser' {
  type Robot = {
    isAllowed(url: string, agentName: string): boolean | undefined
    getCrawlDelay(agentName: string): number | undefined
  }
  export default function robotsParser(url: string, robotsTxt: string): Robot
}
