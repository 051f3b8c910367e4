/**
 * Stands in for @vscode/spdlog, whose native part is compiled at install: writes VS Code's log files with Node alone,
 * so that output channels of extensions show what they log. Lines look as spdlog's default pattern makes them.
 */
const { appendFileSync, mkdirSync, renameSync, statSync } = require("node:fs");
const { dirname } = require("node:path");

const names = ["trace", "debug", "info", "warning", "error", "critical"];
let common = 2;

class Logger {
  constructor(_type, _name, path, maxFileSize) {
    Object.assign(this, { path, maxFileSize, level: common, raw: false });
  }
  trace(text) {
    this.write(0, text);
  }
  debug(text) {
    this.write(1, text);
  }
  info(text) {
    this.write(2, text);
  }
  warn(text) {
    this.write(3, text);
  }
  error(text) {
    this.write(4, text);
  }
  critical(text) {
    this.write(5, text);
  }
  getLevel() {
    return this.level;
  }
  setLevel(level) {
    this.level = level;
  }
  setPattern() {
    this.raw = false;
  }
  clearFormatters() {
    this.raw = true;
  }
  flush() {}
  drop() {}

  write(level, text) {
    if (level < this.level) return;
    const now = new Date();
    const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString();
    const line = this.raw ? text : `${local.slice(0, 10)} ${local.slice(11, 23)} [${names[level]}] ${text}\n`;
    try {
      if ((statSync(this.path, { throwIfNoEntry: false })?.size ?? 0) > this.maxFileSize)
        renameSync(this.path, this.path.replace(/(\.\w+)?$/, ".1$1"));
      appendFileSync(this.path, line);
    } catch {
      // A log whose folder was removed under it has nobody to tell.
    }
  }
}

async function createLogger(name, path, maxFileSize, maxFiles) {
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, "");
  return new Logger("rotating", name, path, maxFileSize, maxFiles);
}

// Assigned one by one: VS Code imports this as a module, and only such names are seen from there.
exports.version = 0;
exports.Logger = Logger;
exports.setLevel = (level) => (common = level);
exports.setFlushOn = () => undefined;
exports.createRotatingLogger = createLogger;
exports.createAsyncRotatingLogger = createLogger;
