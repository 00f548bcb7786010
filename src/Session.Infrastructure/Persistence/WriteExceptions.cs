namespace SessionService.Infrastructure.Persistence;

/// <summary>Too many writes wait already; this one was not made.</summary>
public sealed class WritesOverloadedException() : Exception("Too many writes wait for the database.");

/// <summary>The connection was lost while a write was on its way: the database may have made it or not.</summary>
public sealed class WriteOutcomeUnknownException(Exception innerException)
    : Exception("The connection was lost while the write was on its way.", innerException);
