namespace SessionService.Application.Idempotency;

/// <summary>What a write made.</summary>
/// <param name="Resource">The answer to the write.</param>
/// <param name="IsReplay">Whether it was made before, and this is what the first answer told.</param>
public readonly record struct Written<T>(T Resource, bool IsReplay);
