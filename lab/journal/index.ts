/** Append, verify, replay: what a session saw, in order, chained by hashes. */
export { JournalFile, type JournalHandle, type OpenedJournal } from './journal-file.ts'
export { type JournalCheck, JournalReader, verifyJournal } from './read.ts'
