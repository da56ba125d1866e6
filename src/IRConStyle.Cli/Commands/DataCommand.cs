namespace IRConStyle.Cli.Commands;

/// <summary>Checks and shows images before they are trained on or measured.</summary>
internal sealed class DataCommand() : VerbGroup(
    "data", "Checks and shows images before they are trained on or measured.", new DataCheckCommand(), new DataShowCommand());
