// How a call is aborted, for all that generates or decodes.

/** Options of a call that can be aborted. */
export interface Abortable {
  /**
   * Aborts the call: it rejects with the signal's reason, before any work where the signal is aborted already, else when the submission that the GPU is
   * working on is done. So does the stream that is being read; one that nobody reads on ends at once, and gives back what it holds.
   */
  readonly signal?: AbortSignal | undefined
}
