/** The last item that fits (`findLast` is too new for some browsers in use). */
export function lastWhere<T>(list: readonly T[], fits: (item: T) => boolean): T | undefined {
  for (let index = list.length - 1; index >= 0; index -= 1) {
    const item = list[index] as T;
    if (fits(item)) return item;
  }
  return undefined;
}
