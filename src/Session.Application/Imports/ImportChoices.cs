namespace SessionService.Application.Imports;

/// <summary>How an import is made.</summary>
/// <param name="SkipsWrongLines">Whether to go on after a wrong line.</param>
/// <param name="IsDryRun">Whether to tell what an import would do, and store nothing.</param>
/// <param name="MakesCopies">Whether everything gets a new id.</param>
public sealed record ImportChoices(bool SkipsWrongLines = false, bool IsDryRun = false, bool MakesCopies = false);
