/**
 * Shapes of plain data: each is a guard at run time and a type at compile time, so that a message is described once.
 * Unknown fields are allowed and left alone; numbers must be finite.
 */
export type Shape<T> = (value: unknown) => value is T;
export type Of<S> = S extends Shape<infer T> ? T : never;

type Optional<T> = Shape<T | undefined> & { readonly optional: true };
type Fields = Record<string, Shape<unknown>>;
type OptionalKeys<F extends Fields> = { [K in keyof F]: F[K] extends { optional: true } ? K : never }[keyof F];
type Shown<T> = { [K in keyof T]: T[K] };
type Fielded<F extends Fields> = Shown<
  { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: Of<F[K]> } & { readonly [K in OptionalKeys<F>]?: Of<F[K]> }
>;

export const text: Shape<string> = (v): v is string => typeof v === "string";
export const flag: Shape<boolean> = (v): v is boolean => typeof v === "boolean";
export const number: Shape<number> = (v): v is number => typeof v === "number" && Number.isFinite(v);
export const count: Shape<number> = (v): v is number => Number.isSafeInteger(v) && (v as number) >= 0;

export const word = <const W extends readonly string[]>(...words: W): Shape<W[number]> =>
  ((v: unknown) => typeof v === "string" && words.includes(v)) as Shape<W[number]>;

export const nullable = <T>(of: Shape<T>): Shape<T | null> => ((v: unknown) => v === null || of(v)) as Shape<T | null>;

export const either = <A, B>(a: Shape<A>, b: Shape<B>): Shape<A | B> => ((v: unknown) => a(v) || b(v)) as Shape<A | B>;

export const list = <T>(of: Shape<T>): Shape<readonly T[]> =>
  ((v: unknown) => Array.isArray(v) && v.every((entry) => of(entry))) as Shape<readonly T[]>;

export const record = <T>(of: Shape<T>): Shape<Readonly<Record<string, T>>> =>
  ((v: unknown) => isObject(v) && Object.values(v).every((entry) => of(entry))) as Shape<Readonly<Record<string, T>>>;

/** A Float64Array of finite numbers: it crosses to the webview as bytes. */
export const floats: Shape<Float64Array> = (v): v is Float64Array =>
  v instanceof Float64Array && v.every((x) => Number.isFinite(x));

/** May be absent. */
export const maybe = <T>(of: Shape<T>): Optional<T> =>
  Object.assign(((v: unknown) => v === undefined || of(v)) as Shape<T | undefined>, { optional: true as const });

export const object = <F extends Fields>(fields: F): Shape<Fielded<F>> => {
  const entries = Object.entries(fields);
  return ((v: unknown) => isObject(v) && entries.every(([name, of]) => of(v[name]))) as Shape<Fielded<F>>;
};

/** A union told apart by `type`. */
export const tagged = <U extends Record<string, Fields>>(
  variants: U,
): Shape<{ [K in keyof U & string]: Shown<{ readonly type: K } & Fielded<U[K]>> }[keyof U & string]> => {
  const shapes = new Map(Object.entries(variants).map(([type, fields]) => [type, object(fields)]));
  return ((v: unknown) => isObject(v) && typeof v.type === "string" && (shapes.get(v.type)?.(v) ?? false)) as never;
};

function isObject(v: unknown): v is Record<string, unknown> {
  return typeof v === "object" && v !== null && !Array.isArray(v);
}
