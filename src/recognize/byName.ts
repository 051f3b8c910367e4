/** A table that is asked by names of the user's file: `constructor` and its like are in it only when they are written there. */
export function byName<T>(rows: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.assign(Object.create(null) as Record<string, T>, rows);
}
