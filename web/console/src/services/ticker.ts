/** Calls back about twice a second, also while the page is hidden; returns how to stop. */
export function startTicker(beat: () => void): () => void {
  try {
    const worker = new Worker(new URL('./ticker.worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = beat;
    return () => worker.terminate();
  } catch {
    const timer = setInterval(beat, 500);
    return () => clearInterval(timer);
  }
}
