/** Stands in for the compiled part of @vscode/native-watchdog; the server ends its own processes when it is stopped. */
exports.start = () => undefined;
exports.exit = (code) => process.exit(code);
