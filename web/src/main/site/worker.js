// The engine's worker, as pages of any origin start it.
import { startWorker } from './start-worker.js';

/** @returns {Worker} which ends with an error event if its script can't be loaded */
export function createEngineWorker() {
  return (
    startWorker('engine-worker.js', import.meta.url) ??
    new Worker(new URL('./engine-worker.js', import.meta.url), { type: 'module' })
  );
}
