/** More brackets than `most` are open at once, or opened and never closed. */
export function opensMore(text: string, most: number): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 40 || c === 91 || c === 123) {
      if (++depth > most) return true;
    } else if (c === 41 || c === 93 || c === 125) depth -= depth > 0 ? 1 : 0;
  }
  return false;
}
