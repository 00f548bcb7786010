namespace SessionService.Hosting.Settings;

/// <summary>Settings or arguments with which the program cannot start. The message names all of them, for the operator.</summary>
public sealed class SettingsException(IReadOnlyCollection<string> faults)
    : Exception($"The configuration is not valid: {string.Join(' ', faults)}");
