/** A table that is asked by names of the user's file: `constructor` and its like are in it only when they are written there. */
export function byName<T>(rows: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.assign(Object.create(null) as Record<string, T>, rows);
}

/** The same function of a name, which looks each name up once. */
export function remembered<T>(find: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    if (known.has(name)) return known.get(name) as T;
    if (known.size > 2000) known.clear();
    const found = find(name);
    known.set(name, found);
    return found;
  };
}
