/**
 * Streams that the windows of one browser hold open together. A browser opens six connections to a farm that speaks HTTP/1.1,
 * for all its windows: two are left for everything else.
 */
const STREAMS = 4;

/** Takes a place among the streams, until what it returns is called; undefined where all places are taken. */
export async function takeSlot(): Promise<(() => void) | undefined> {
  // Browsers have locks only on pages that nobody can have changed on the way.
  const locks = navigator.locks as LockManager | undefined;
  if (!locks) return () => undefined;
  for (let slot = 0; slot < STREAMS; slot++) {
    const release = await takeLock(locks, `clipig stream ${slot}`);
    if (release) return release;
  }
  return undefined;
}

/** A lock ends with the window that holds it, too. */
function takeLock(locks: LockManager, name: string): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    const hold = (lock: Lock | null) => {
      if (lock) return new Promise<void>((release) => resolve(() => release()));
      resolve(undefined);
      return undefined;
    };
    locks.request(name, { ifAvailable: true }, hold).catch(reject);
  });
}
