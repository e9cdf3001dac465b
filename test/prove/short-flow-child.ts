import { Command } from 'commander';
import { addRegionCommands } from '../../src/cli/region.ts';
import { shortFlow } from './short-flow.ts';

// Runs the command with a short flow, which is enough to test how it fails.
const program = new Command('parvis');
addRegionCommands(program, shortFlow.flow);
await program.parseAsync(process.argv);
