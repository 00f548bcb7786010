namespace SessionService.Infrastructure.Persistence;

/// <summary>The database does not answer, or no server of it takes writes. Nothing was made.</summary>
public sealed class DatabaseLostException(Exception? innerException = null) : Exception("The database does not answer.", innerException);
