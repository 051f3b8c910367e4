/** Paths under which a file named inside another may be found, best first: beside it, then from each folder above. */
export function siblingOf(from: string, named: string): string[] {
  const clean = named.replace(/^file:\/\//, "").replaceAll("\\", "/");
  if (/^[a-z]+:\/\//i.test(clean) || clean.includes("\0")) return [];
  if (clean.startsWith("/")) return [clean];
  const folders = from.replaceAll("\\", "/").split("/").slice(0, -1);
  const paths: string[] = [];
  for (let depth = folders.length; depth >= 0 && paths.length < 6; depth--)
    paths.push(joined([...folders.slice(0, depth), ...clean.split("/")]));
  return [...new Set(paths)];
}

function joined(parts: readonly string[]): string {
  const kept: string[] = [];
  for (const part of parts) {
    if (part === "." || (part === "" && kept.length)) continue;
    if (part === ".." && kept.length && kept.at(-1) !== "..") kept.pop();
    else kept.push(part);
  }
  return kept.join("/");
}
