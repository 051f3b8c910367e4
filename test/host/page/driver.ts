/** What a suite that works in VS Code's page is given; made in tools/host/, from Playwright's objects of these names. */
export interface Tools {
  browser: unknown;
  startServer(options?: ServerOptions): Promise<Server>;
  openWorkbench(options: WorkbenchOptions): Promise<Workbench>;
  themes: Record<ThemeName, string>;
  /** A folder with copies of the examples and of test/host/workspace/, free to be changed. */
  workspace: string;
  /** The built extension. */
  extension: string;
  /** A folder for pictures. */
  pictures: string;
}

export type ThemeName = "dark" | "light" | "hc" | "hc-light";

export interface ServerOptions {
  settings?: Record<string, unknown>;
  trust?: boolean;
  log?: (text: string) => void;
}

export interface Server {
  origin: string;
}

export interface WorkbenchOptions {
  browser: unknown;
  server: Server;
  folder: string;
  extension?: string;
  init?: string;
  width?: number;
  height?: number;
}

/** Lines and columns count from 1. */
export interface Workbench {
  page: Page;
  messages: { type: string; text: string }[];
  openFile(path: string, line?: number, column?: number): Promise<void>;
  command(label: string): Promise<void>;
  text(): Promise<string>;
  revert(): Promise<void>;
  focusEditor(): Promise<void>;
  goTo(line: number, column?: number): Promise<void>;
  hover(line: number, column: number): Promise<Locator>;
  webview(index?: number, timeout?: number): Promise<Frame>;
  replace(line: number, column: number, length: number, text: string): Promise<void>;
  theme(name: ThemeName): Promise<void>;
  notifications(): Promise<string[]>;
  screenshot(path: string): Promise<string>;
  reload(): Promise<void>;
  close(): Promise<void>;
}

export interface Locator {
  innerText(): Promise<string>;
  allInnerTexts(): Promise<string[]>;
  textContent(): Promise<string | null>;
  inputValue(): Promise<string>;
  getAttribute(name: string): Promise<string | null>;
  isVisible(): Promise<boolean>;
  count(): Promise<number>;
  click(options?: { timeout?: number; force?: boolean }): Promise<void>;
  hover(options?: { position?: { x: number; y: number } }): Promise<void>;
  fill(text: string): Promise<void>;
  press(key: string): Promise<void>;
  waitFor(options?: { state?: "visible" | "hidden" | "attached" | "detached"; timeout?: number }): Promise<void>;
  boundingBox(): Promise<{ x: number; y: number; width: number; height: number } | null>;
  evaluate<T>(code: string | ((element: Element) => T)): Promise<T>;
  locator(selector: string): Locator;
  first(): Locator;
  last(): Locator;
  nth(index: number): Locator;
  filter(options: { hasText?: string | RegExp }): Locator;
}

export interface Frame {
  locator(selector: string): Locator;
  evaluate<T>(code: string): Promise<T>;
}

export interface Page extends Frame {
  mouse: {
    move(x: number, y: number, options?: { steps?: number }): Promise<void>;
    down(): Promise<void>;
    up(): Promise<void>;
  };
  keyboard: { press(key: string): Promise<void>; type(text: string): Promise<void> };
  waitForTimeout(ms: number): Promise<void>;
}
