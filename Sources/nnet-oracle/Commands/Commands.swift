/// Every command, in the order the help lists them.
let commands: [Command] = [
  ListCommand.command, DumpCommand.command, CompareCommand.command, InspectCommand.command,
  CopyCommand.command, GradCheckCommand.command, PowerCommand.command, BenchCommand.command,
  MergeReportsCommand.command, NewCommand.command,
]
