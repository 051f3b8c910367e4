/** What a recognizer finds; nothing when it fails on something no one has thought of. */
export function guarded<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
