/// Every command, in the order the help lists them.
let commands: [Command] = [
  InspectCommand.command
]
