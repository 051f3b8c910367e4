import type { Frame } from "./driver.js";

/** How many pixels of a canvas are drawn. */
export const inkOf = (frame: Frame, selector: string): Promise<number> =>
  frame.evaluate(`(() => {
    const canvas = document.querySelector(${JSON.stringify(selector)});
    if (!canvas || !canvas.width) return 0;
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let ink = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i] > 32) ink++;
    return ink;
  })()`);

/** Differs whenever the drawing does. */
export const fingerprint = (frame: Frame, selector: string): Promise<string> =>
  frame.evaluate(`document.querySelector(${JSON.stringify(selector)}).toDataURL()`);

/** The contrast ratio (WCAG 2, 1 to 21) of an element's text to the editor's background. */
export const contrastOf = (frame: Frame, selector: string): Promise<number> =>
  frame.evaluate(`(() => {
    const linear = (c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const luminance = (color) => {
      const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map((c) => linear(c / 255));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const probe = document.createElement("i");
    probe.style.color = "var(--vscode-editor-background)";
    document.body.append(probe);
    const colors = [document.querySelector(${JSON.stringify(selector)}), probe].map((it) => getComputedStyle(it).color);
    probe.remove();
    const [light, dark] = colors.map(luminance).sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  })()`);
