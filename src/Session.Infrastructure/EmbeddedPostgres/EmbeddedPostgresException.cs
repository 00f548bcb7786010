namespace SessionService.Infrastructure.EmbeddedPostgres;

/// <summary>The embedded PostgreSQL cannot run; the message is one line for whoever operates the service.</summary>
public sealed class EmbeddedPostgresException(string message, Exception? innerException = null)
    : Exception(message, innerException);
