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
  const light = classes.contains("vscode-light") || classes.contains("vscode-high-contrast-light");
  const highContrast = classes.contains("vscode-high-contrast") || classes.contains("vscode-high-contrast-light");
  const text = pick(["editor-foreground", "foreground"], light ? "#333333" : "#cccccc");
  return {
    background: pick(["editor-background"], light ? "#ffffff" : "#1f1f1f"),
    text,
    muted: highContrast ? text : pick(["descriptionForeground"], light ? "#717171" : "#9d9d9d"),
    grid: highContrast ? withAlpha(text, 0.35) : withAlpha(text, light ? 0.13 : 0.09),
    accent: pick(["charts-blue", "textLink-foreground"], light ? "#1a85ff" : "#3794ff"),
    amber: pick(["charts-orange", "editorWarning-foreground"], light ? "#b95000" : "#d18616"),
    red: pick(["charts-red", "errorForeground"], light ? "#e51400" : "#f14c4c"),
    green: pick(["charts-green"], light ? "#388a34" : "#89d185"),
    purple: pick(["charts-purple"], light ? "#652d90" : "#b180d7"),
    highContrast,
    font: pick(["font-family"], "system-ui, sans-serif"),
  };
}

/** Calls back when VS Code switches the theme: it changes the body's class and the root's variables. */
export function onThemeChange(changed: () => void): void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ["class", "data-vscode-theme-id"] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["style", "class"] });
}

/** A CSS color with another opacity; understands what theme variables hold (#rgb, #rrggbb, #rrggbbaa, rgb()). */
export function withAlpha(color: string, alpha: number): string {
  const hex = /^#([0-9a-f]{3,8})$/i.exec(color.trim())?.[1];
  if (hex) {
    const wide = hex.length <= 4 ? [...hex].map((c) => c + c).join("") : hex;
    const [r, g, b] = [0, 2, 4].map((i) => parseInt(wide.slice(i, i + 2), 16));
    return `rgba(${r}, ${g}, ${b}, ${alpha})`;
  }
  const parts = /^rgba?\(([^)]*)\)$/
    .exec(color.trim())?.[1]
    ?.split(/[\s,/]+/)
    .slice(0, 3);
  return parts?.length === 3 ? `rgba(${parts.join(", ")}, ${alpha})` : color;
}
