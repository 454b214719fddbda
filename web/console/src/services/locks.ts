/**
 * Does something while no other tab of this site does what has the same name; a closed tab lets go.
 * Where the browser has no locks (plain HTTP) it is done at once: the server takes a doubled id once.
 */
export async function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = navigator.locks as LockManager | null | undefined;
  // The browser's promise is of what the work's promise holds.
  return locks ? ((await locks.request(name, work)) as T) : work();
}
