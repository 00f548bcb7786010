namespace SessionService.Application.Idempotency;

/// <summary>The answer to a write, and whether it is a repetition.</summary>
/// <param name="Resource">The answer to the write.</param>
/// <param name="IsReplay">Whether the write was made before, so that this is the first answer again.</param>
public readonly record struct Written<T>(T Resource, bool IsReplay);
