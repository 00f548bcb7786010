namespace SessionService.Application.Contexts;

/// <summary>What of the messages a context takes.</summary>
/// <param name="IsForModel">Whether messages that are redacted or not whole are left out, or named where their place must be kept.</param>
/// <param name="HasReasoning">Whether the reasoning of models is taken.</param>
/// <param name="IsInline">Whether attachments are given as data.</param>
internal readonly record struct ContextReading(bool IsForModel, bool HasReasoning = false, bool IsInline = false);
