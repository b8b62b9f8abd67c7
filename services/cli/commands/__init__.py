"""The groups of commands: names, options and help. What a command does lives beside this package and is loaded only when it is asked for."""
