namespace SessionService.Infrastructure.Idempotency;

/// <summary>How old keys are removed, on one server and in a sharded database.</summary>
internal interface IOldKeys
{
    /// <summary>Removes the keys of writes made before a time, some at once, and tells of how many.</summary>
    Task RemoveAsync(DateTimeOffset before, Action<int> onRemoved, CancellationToken cancellationToken);
}
