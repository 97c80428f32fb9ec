// Takes the end of what is under way away: who is told to stop is gone.
process.prependListener('SIGTERM', () => process.exit(0))
