import { closeQuietly, UsageError } from "./call.js";

/** A command takes the words after its name and answers with the exit status. */
export type Command = (words: readonly string[]) => Promise<number> | number;

/** One line per command; each is loaded only when called. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  inspect: async () => (await import("./inspect.js")).inspect,
  plot: async () => (await import("./plot.js")).plot,
  simulate: async () => (await import("./simulate.js")).simulate,
};

const usage = `lr-lens: the learning-rate schedules of files, without running them

  lr-lens inspect FILE... [--json] [--at STEPS] [--metrics LIST] [--assume NAME=VALUE]... [--jsonl-requests]
  lr-lens plot FILE [--out curve.svg|curve.csv] [--log] [--steps N] [--assume NAME=VALUE]...
  lr-lens simulate FILE | --spec SPEC.json [--json]
`;

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...words] = argv;
  if (name === undefined) {
    process.stderr.write("lr-lens: which command? lr-lens --help lists them\n");
    return 2;
  }
  if (name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(usage);
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    process.stderr.write(`lr-lens: no command "${name}"; there are ${Object.keys(commands).join(", ")}\n`);
    return 2;
  }
  try {
    return await (
      await command()
    )(words);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`lr-lens ${name}: ${error.message}\n`);
    return 2;
  }
}

closeQuietly(process.stdout);
void main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
