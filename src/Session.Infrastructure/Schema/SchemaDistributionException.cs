namespace SessionService.Infrastructure.Schema;

/// <summary>The tables could not be distributed. The message is written for the operator.</summary>
public sealed class SchemaDistributionException(string message, Exception? innerException = null) : Exception(message, innerException);
