import { Raises } from "./define.js";

/** What a library's constructor refuses: raises its error, Python's type in front and the library's words after it. */
export function refuse(when: boolean, message: string): void {
  if (when) throw new Raises(message);
}
