#!/usr/bin/env node
/** The `gordon` command: lab's commands and, beside them, those that trade. */
import { program, runProgram } from '../lab/cli/program.ts'

await runProgram(program(), process.argv.slice(2))
