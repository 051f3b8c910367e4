/** Colors of the editor's theme, as the canvases need them. Everything else takes them from CSS. */
export interface Theme {
  readonly background: string;
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  /** What is edited now. */
  readonly accent: string;
  /** The constant-rate baseline and what is assumed. */
  readonly amber: string;
  /** What cannot work. */
  readonly red: string;
  readonly green: string;
  readonly purple: string;
  readonly highContrast: boolean;
  readonly font: string;
}

export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const pick = (names: readonly string[], fallback: string) => {
    for (const name of names) {
      const value = style.getPropertyValue(`--vscode-${name}`).trim();
      if (value) return value;
    }
    return fallback;
  };
  const classes = document.body.classList;
  // Some themes give their chart colors half transparent or as dark as the background: a line must be seen.
  const line = (names: readonly string[], fallback: string) => {
    const behind = rgbOf(pick(["editor-background"], fallback));
    for (const name of names) {
      const color = rgbOf(style.getPropertyValue(`--vscode-${name}`).trim());
      if (color && behind && contrast(over(color, behind), behind) >= 3) return hexOf(over(color, behind));
    }
    return fallback;
  };
  const light = classes.contains("vscode-light") || classes.contains("vscode-high-contrast-light");
  const highContrast = classes.contains("vscode-high-contrast") || classes.contains("vscode-high-contrast-light");
  const text = pick(["editor-foreground", "foreground"], light ? "#333333" : "#cccccc");
  return {
    background: pick(["editor-background"], light ? "#ffffff" : "#1f1f1f"),
    text,
    muted: highContrast ? text : pick(["descriptionForeground"], light ? "#717171" : "#9d9d9d"),
    grid: highContrast ? withAlpha(text, 0.35) : withAlpha(text, light ? 0.13 : 0.09),
    accent: line(["charts-blue", "textLink-foreground"], light ? "#1a85ff" : "#3794ff"),
    amber: line(["charts-orange", "editorWarning-foreground", "charts-yellow"], light ? "#b95000" : "#d18616"),
    red: line(["charts-red", "errorForeground"], light ? "#e51400" : "#f14c4c"),
    green: line(["charts-green"], light ? "#388a34" : "#89d185"),
    purple: line(["charts-purple"], light ? "#652d90" : "#b180d7"),
    highContrast,
    font: pick(["font-family"], "system-ui, sans-serif"),
  };
}

/** The colors of the canvases, for the style sheet too. */
export function applyTheme({ accent, amber, red, green, purple }: Theme): void {
  for (const [name, color] of Object.entries({ accent, amber, red, green, purple }))
    document.body.style.setProperty(`--${name}`, color);
}

/** Calls back when VS Code switches the theme: it changes the body's class and the root's variables. */
export function onThemeChange(changed: () => void): void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ["class", "data-vscode-theme-id"] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["style", "class"] });
}

type Rgba = readonly [number, number, number, number];

/** What theme variables hold: #rgb, #rrggbb, #rrggbbaa, rgb(), rgba(). */
function rgbOf(color: string): Rgba | undefined {
  const hex = /^#([0-9a-f]{3,8})$/i.exec(color.trim())?.[1];
  if (hex) {
    const wide = hex.length <= 4 ? [...hex].map((c) => c + c).join("") : hex;
    const [r, g, b, a] = [0, 2, 4, 6].map((i) => parseInt(wide.slice(i, i + 2), 16));
    return [r!, g!, b!, Number.isNaN(a!) ? 1 : a! / 255];
  }
  const parts = /^rgba?\(([^)]*)\)$/
    .exec(color.trim())?.[1]
    ?.split(/[\s,/]+/)
    .map(Number);
  return parts && parts.length >= 3 ? [parts[0]!, parts[1]!, parts[2]!, parts[3] ?? 1] : undefined;
}

const over = ([r, g, b, a]: Rgba, [R, G, B]: Rgba): Rgba => [
  r * a + R * (1 - a),
  g * a + G * (1 - a),
  b * a + B * (1 - a),
  1,
];
const hexOf = (color: Rgba) =>
  `#${color
    .slice(0, 3)
    .map((x) => Math.round(x).toString(16).padStart(2, "0"))
    .join("")}`;

/** WCAG 2's contrast ratio, 1 to 21. */
function contrast(one: Rgba, other: Rgba): number {
  const light = (color: Rgba) => {
    const [r, g, b] = color.map((x) => (x / 255 <= 0.03928 ? x / 255 / 12.92 : ((x / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const [a, b] = [light(one), light(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** A CSS color with another opacity; as it is when it is of a form that themes do not use. */
export function withAlpha(color: string, alpha: number): string {
  const parts = rgbOf(color);
  return parts ? `rgba(${parts[0]}, ${parts[1]}, ${parts[2]}, ${alpha})` : color;
}
