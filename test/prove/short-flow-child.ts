import { Command } from 'commander';
import { addRegionCommands } from '../../src/cli/region.ts';
import { wayIn } from './short-flow.ts';

// The command with a short flow: enough to see how it ends when something is wrong.
const program = new Command('parvis');
addRegionCommands(program, wayIn.flow);
await program.parseAsync(process.argv);
