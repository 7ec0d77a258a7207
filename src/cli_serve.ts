// The command `signllm serve`: argv to a command, as in cli.ts.

import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Cli } from './cli_data.js'
import { positive, repeated } from './cli_options.js'
import type { ServeOptions } from './commands/serve.js'

/** Adds the command. */
export function addServeCommand(program: Command, cli: Cli, version: string): void {
  program
    .command('serve')
    .description('serve models over HTTP: POST /v1/generate, POST /v1/translate, GET /v1/models; described at /openapi.json')
    .requiredOption('--model <file>', 'checkpoint of a text-to-pose run; may be given several times', repeated)
    .option('--judge <file>', 'checkpoint of a pose-to-text run, for /v1/translate')
    .option('--host <address>', 'address to listen on; others than this machine reach it only with a token', '127.0.0.1')
    .option('--port <n>', 'port to listen on; 0: any that is free', port, 8080)
    .addOption(new Option('--token <token>', 'token that requests must bring: Authorization: Bearer TOKEN').env('SIGNLLM_TOKEN'))
    .option('--rows <n>', 'sentences that are generated side by side', positive, 16)
    .option('--queue <n>', 'requests that wait beside them; further ones are answered with status 429', positive, 64)
    .option('--timeout <seconds>', 'how long a request may take, waiting included', positive, 60)
    .option('--no-page', 'leave out the page that signs, which is at /')
    .option('--log', 'tell each request as a line of JSON on standard error')
    .action(async (options: Omit<ServeOptions, 'signal' | 'version'>) => {
      const { serve } = await import('./commands/serve.js')
      const summary = await serve({ ...cli.common(), ...options, version, signal: cli.interruption() })
      cli.print(summary, `stopped serving at ${summary.url}`)
    })
}

function port(text: string): number {
  const value = Number(text)
  if (!(Number.isInteger(value) && value >= 0 && value <= 65535)) throw new InvalidArgumentError('wanted a port, 0 to 65535.')
  return value
}
