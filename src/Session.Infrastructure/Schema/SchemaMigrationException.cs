namespace SessionService.Infrastructure.Schema;

/// <summary>The database could not be migrated, and is as it was. The message is written for the operator.</summary>
public sealed class SchemaMigrationException(string message, Exception? innerException = null) : Exception(message, innerException);
