import { runCommand } from './command.js';

const { env, argv, stdin, stdout, stderr } = process;

const code = await runCommand(argv.slice(2), {
  folder: process.cwd(),
  env,
  stdin,
  print: (text) => void stdout.write(text),
  notify: (text) => void stderr.write(text),
});

// An application that the command created can have open connections. The pipes must be empty before the process ends.
stdout.write('', () => stderr.write('', () => process.exit(code)));
