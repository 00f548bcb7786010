namespace SessionService.Infrastructure.Persistence;

/// <summary>A setting without which the service cannot start. The message names it, for the operator.</summary>
public sealed class InvalidSettingException(string message, Exception? innerException = null) : Exception(message, innerException);
