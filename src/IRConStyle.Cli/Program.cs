using IRConStyle.Cli;

return CommandLine.Run(args);
